import type { Image } from '../catalogue/images.ts';
import { type InstanceType, instanceTypes } from '../catalogue/instance-types.ts';
import { defaultSecurityGroup, type Subnet } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import type { World } from '../state/world.ts';
import type { Ec2Call } from './ec2-call.ts';
import { checkHibernationPrerequisites } from './hibernation-prerequisites.ts';
import { launchableImage } from './launchable-image.ts';
import { requireOffered } from './offerings.ts';
import {
  type FormObject,
  flagOf,
  integerOf,
  missing,
  objectOf,
  objectsOf,
  requiredText,
  textOf,
  textsOf,
} from './query-form.ts';
import { type RootVolume, readRootVolume } from './root-volume.ts';
import { existingSubnets, subnetNotFound } from './subnets.ts';
import { specifiedTags } from './tags.ts';

/** A RunInstances request that EC2 would accept, given capacity. */
export interface LaunchRequest {
  image: Image;
  type: InstanceType;
  subnet: Subnet;
  zone: string;
  /** EC2 launches as many as it can, from MinCount to MaxCount. */
  least: number;
  most: number;
  userData: string;
  volume: RootVolume;
  instanceTags: Record<string, string>;
  securityGroupIds: string[];
  instanceProfileArn: string | null;
  keyName: string | null;
  httpTokens: 'required' | 'optional';
  hibernationConfigured: boolean;
  ebsOptimized: boolean;
  terminationProtected: boolean;
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html: 16 KB before base64.
const maximumUserDataBytes = 16 * 1024;

function readType(form: FormObject, image: Image): InstanceType {
  const name = textOf(form, 'InstanceType') ?? 'm1.small';
  const type = instanceTypes.get(name);
  if (!type) throw new AwsError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  if (type.architecture === image.architecture) return type;
  throw new AwsError(
    'InvalidParameterValue',
    `The architecture '${type.architecture}' of the specified instance type does not match the architecture ` +
      `'${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, ` +
      `and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the ` +
      `instance type or AMI.`,
  );
}

function subnetIdOf(form: FormObject): string | undefined {
  const [networkInterface] = objectsOf(form, 'NetworkInterface');
  return textOf(form, 'SubnetId') ?? (networkInterface && textOf(networkInterface, 'SubnetId'));
}

function readSubnet(world: World, form: FormObject): Subnet {
  const existing = existingSubnets(world);
  const subnetId = subnetIdOf(form);
  const subnet = subnetId === undefined ? existing.values().next().value : existing.get(subnetId);
  if (!subnet) throw subnetNotFound(subnetId ?? '');
  return subnet;
}

function readSecurityGroups(form: FormObject): string[] {
  const [networkInterface] = objectsOf(form, 'NetworkInterface');
  const own = textsOf(form, 'SecurityGroupId');
  const ids = own.length > 0 || !networkInterface ? own : textsOf(networkInterface, 'SecurityGroupId');
  for (const id of ids) {
    if (!/^sg-[0-9a-f]{8,17}$/.test(id)) {
      throw new AwsError('InvalidGroupId.Malformed', `Invalid id: "${id}" (expecting "sg-...")`);
    }
  }
  return ids.length > 0 ? ids : [defaultSecurityGroup.groupId];
}

function readCounts(form: FormObject): { least: number; most: number } {
  const least = integerOf(form, 'MinCount');
  const most = integerOf(form, 'MaxCount');
  if (least === undefined) throw missing('MinCount');
  if (most === undefined) throw missing('MaxCount');
  if (least >= 1 && most >= least) return { least, most };
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${least}) for parameter minCount is invalid. It must be at least 1 and at most maxCount (${most}).`,
  );
}

function readUserData(form: FormObject): string {
  const base64 = textOf(form, 'UserData') ?? '';
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (Buffer.from(base64, 'base64').length <= maximumUserDataBytes) return base64;
  throw new AwsError('InvalidParameterValue', `User data is limited to ${maximumUserDataBytes} bytes`);
}

function readProfileArn(form: FormObject): string | null {
  const profile = objectOf(form, 'IamInstanceProfile');
  const name = textOf(profile, 'Name');
  const named = name === undefined ? null : `arn:aws:iam::123456789012:instance-profile/${name}`;
  const arn = textOf(profile, 'Arn') ?? named;
  if (arn === null || /^arn:aws[a-z-]*:iam::\d{12}:instance-profile\/.+$/.test(arn)) return arn;
  throw new AwsError(
    'InvalidParameterValue',
    `Value (${arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
  );
}

/** Reads and checks a RunInstances request; throws what EC2 would answer to a bad one. */
export function readLaunchRequest({ world, form, region }: Ec2Call): LaunchRequest {
  const image = launchableImage(world, region, requiredText(form, 'ImageId'));
  const type = readType(form, image);
  const subnet = readSubnet(world, form);
  const zone = region + subnet.zoneLetter;
  requireOffered(world, type, zone);
  const volume = readRootVolume(form, image, specifiedTags(form, 'volume'));
  const hibernationConfigured = flagOf(objectOf(form, 'HibernationOptions'), 'Configured') ?? false;
  if (hibernationConfigured) checkHibernationPrerequisites(type, image, volume);
  return {
    image,
    type,
    subnet,
    zone,
    volume,
    hibernationConfigured,
    ...readCounts(form),
    userData: readUserData(form),
    instanceTags: specifiedTags(form, 'instance'),
    securityGroupIds: readSecurityGroups(form),
    instanceProfileArn: readProfileArn(form),
    keyName: textOf(form, 'KeyName') ?? null,
    httpTokens:
      textOf(objectOf(form, 'MetadataOptions'), 'HttpTokens') === 'required' ? 'required' : 'optional',
    ebsOptimized: flagOf(form, 'EbsOptimized') ?? false,
    terminationProtected: flagOf(form, 'DisableApiTermination') ?? false,
  };
}
