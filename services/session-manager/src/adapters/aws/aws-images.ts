import { DescribeImagesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Images, ResolvedImage } from '../../application/ports.ts';
import { classifyAwsError } from './classify-aws-error.ts';

/** AWS publishes new images every few weeks; an hour old is new enough, and spares a call per launch. */
const rememberMilliseconds = 3_600_000;

/** Images by AMI id or public SSM parameter, remembered for an hour. */
export function createAwsImages(
  clients: { ec2: EC2Client; ssm: SSMClient },
  monotonic: () => number,
): Images {
  const remembered = new Map<string, { image: ResolvedImage; until: number }>();

  return {
    async resolve(source) {
      const known = remembered.get(source);
      if (known && monotonic() < known.until) return { image: known.image };
      try {
        const image = await describe(clients.ec2, await imageIdOf(clients.ssm, source));
        if (!image) {
          return {
            failure: { kind: 'image-gone', code: 'InvalidAMIID.NotFound', message: `no image ${source}` },
          };
        }
        remembered.set(source, { image, until: monotonic() + rememberMilliseconds });
        return { image };
      } catch (error) {
        return { failure: classifyAwsError(error) };
      }
    },

    forget(imageId) {
      for (const [source, { image }] of remembered) if (image.imageId === imageId) remembered.delete(source);
    },
  };
}

async function imageIdOf(ssm: SSMClient, source: string): Promise<string> {
  if (!source.startsWith('/')) return source;
  const answer = await ssm.send(new GetParameterCommand({ Name: source }));
  return answer.Parameter?.Value ?? '';
}

async function describe(ec2: EC2Client, imageId: string): Promise<ResolvedImage | null> {
  const answer = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
  const image = answer.Images?.[0];
  if (!image?.ImageId || !image.RootDeviceName) return null;
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName);
  return {
    imageId: image.ImageId,
    rootDeviceName: image.RootDeviceName,
    minRootVolumeGiB: root?.Ebs?.VolumeSize ?? 0,
  };
}
