import { DescribeImagesCommand, type EC2Client, type Image } from '@aws-sdk/client-ec2';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { ImageAnswer, Images, ResolvedImage } from '../../application/ports.ts';
import { classifyAwsError } from './classify-aws-error.ts';

/** AWS publishes new images every few weeks; an hour old is new enough, and spares a call per launch. */
const rememberMilliseconds = 3_600_000;

/** Images by AMI id or public SSM parameter. */
export function createAwsImages(
  clients: { ec2: EC2Client; ssm: SSMClient },
  monotonic: () => number,
): Images {
  const remembered = new Map<string, { image: ResolvedImage; until: number }>();

  async function inspect(source: string): Promise<ImageAnswer> {
    const answer = await ask(clients, source);
    if ('image' in answer) {
      remembered.set(source, { image: answer.image, until: monotonic() + rememberMilliseconds });
    } else if (answer.failure.kind === 'image-gone') {
      remembered.delete(source);
    }
    return answer;
  }

  return {
    inspect,
    async resolve(source) {
      const known = remembered.get(source);
      return known && monotonic() < known.until ? { image: known.image } : inspect(source);
    },

    forget(imageId) {
      for (const [source, { image }] of remembered) if (image.imageId === imageId) remembered.delete(source);
    },
  };
}

async function ask(clients: { ec2: EC2Client; ssm: SSMClient }, source: string): Promise<ImageAnswer> {
  try {
    return await describe(clients.ec2, await imageIdOf(clients.ssm, source));
  } catch (error) {
    return { failure: classifyAwsError(error) };
  }
}

async function imageIdOf(ssm: SSMClient, source: string): Promise<string> {
  if (!source.startsWith('/')) return source;
  const answer = await ssm.send(new GetParameterCommand({ Name: source }));
  return answer.Parameter?.Value ?? '';
}

async function describe(ec2: EC2Client, imageId: string): Promise<ImageAnswer> {
  // A publisher that deprecates an image hides it from searches; launching it by its id goes on working.
  const answer = await ec2.send(new DescribeImagesCommand({ ImageIds: [imageId], IncludeDeprecated: true }));
  const image = answer.Images?.[0];
  if (!image?.ImageId || !image.RootDeviceName)
    return unusable('InvalidAMIID.NotFound', `no image ${imageId}`);
  // Deregistered images are shown for a while, and new ones before they can be launched.
  if (image.State !== 'available') return unusable('InvalidAMIID.Unavailable', `it is ${image.State}`);
  return { image: resolved(image, image.ImageId, image.RootDeviceName) };
}

function unusable(code: string, message: string): ImageAnswer {
  return { failure: { kind: 'image-gone', code, message } };
}

function resolved(image: Image, imageId: string, rootDeviceName: string): ResolvedImage {
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === rootDeviceName);
  return {
    imageId,
    rootDeviceName,
    minRootVolumeGiB: root?.Ebs?.VolumeSize ?? 0,
    architecture: image.Architecture ?? 'x86_64',
    // EC2 names the platform of Windows images only, and writes it in either case.
    os: image.Platform?.toLowerCase() === 'windows' ? 'windows' : 'linux',
  };
}
