import { type Image, images, publicImageParameters } from '../catalogue/images.ts';
import { type InstanceType, instanceTypes } from '../catalogue/instance-types.ts';
import { defaultSecurityGroup, type Subnet, subnets } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import { sha256 } from '../state/identifiers.ts';
import type { Ec2Call } from './ec2-call.ts';
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
import { readTags } from './tags.ts';

/** A RunInstances request that EC2 would accept, given capacity. */
export interface LaunchRequest {
  image: Image;
  type: InstanceType;
  subnet: Subnet;
  zone: string;
  count: number;
  clientToken: string;
  /** Of all parameters but the token: equal for a repetition of the same request. */
  parametersHash: string;
  userData: string;
  volume: RootVolume;
  instanceTags: Record<string, string>;
  securityGroupIds: string[];
  instanceProfileArn: string | null;
  keyName: string | null;
  httpTokens: 'required' | 'optional';
  hibernationConfigured: boolean;
  ebsOptimized: boolean;
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html: 16 KB before base64.
const maximumUserDataBytes = 16 * 1024;
const maximumTokenLength = 64;

function readImage(form: FormObject): Image {
  const named = requiredText(form, 'ImageId');
  const imageId = named.startsWith('resolve:ssm:') ? publicImageParameters.get(named.slice(12)) : named;
  if (imageId !== undefined && !/^ami-[0-9a-f]{8,17}$/.test(imageId)) {
    throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${imageId}" (expecting "ami-...")`);
  }
  const image = images.get(imageId ?? '');
  if (!image) throw new AwsError('InvalidAMIID.NotFound', `The image id '[${named}]' does not exist`);
  return image;
}

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

function readSubnet(form: FormObject): Subnet {
  const [networkInterface] = objectsOf(form, 'NetworkInterface');
  const subnetId = textOf(form, 'SubnetId') ?? (networkInterface && textOf(networkInterface, 'SubnetId'));
  const byDefault = subnets.values().next().value;
  const subnet = subnetId === undefined ? byDefault : subnets.get(subnetId);
  if (!subnet) throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
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

function readCount(form: FormObject): number {
  const least = integerOf(form, 'MinCount');
  const most = integerOf(form, 'MaxCount');
  if (least === undefined) throw missing('MinCount');
  if (most === undefined) throw missing('MaxCount');
  if (least < 1 || most < least) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${least}) for parameter minCount is invalid. It must be at least 1 and at most maxCount (${most}).`,
    );
  }
  return most;
}

function readUserData(form: FormObject): string {
  const base64 = textOf(form, 'UserData') ?? '';
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0) {
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  if (Buffer.from(base64, 'base64').length <= maximumUserDataBytes) return base64;
  throw new AwsError('InvalidParameterValue', `User data is limited to ${maximumUserDataBytes} bytes`);
}

function readTokenOf(form: FormObject): string {
  const token = textOf(form, 'ClientToken') ?? '';
  if (token.length <= maximumTokenLength) return token;
  throw new AwsError(
    'InvalidParameterValue',
    `The client token may have at most ${maximumTokenLength} characters.`,
  );
}

function hashParameters(form: FormObject): string {
  const { ClientToken, DryRun, Action, Version, ...parameters } = form;
  return sha256(JSON.stringify(parameters, (_, value: unknown) => sorted(value)));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function checkOffered(type: InstanceType, region: string, subnet: Subnet): void {
  if (type.zones.includes(subnet.zoneLetter)) return;
  const offering = [...type.zones].map((letter) => region + letter).join(', ');
  throw new AwsError(
    'Unsupported',
    `Your requested instance type (${type.type}) is not supported in your requested Availability Zone ` +
      `(${region}${subnet.zoneLetter}). Please retry your request by not specifying an Availability Zone or choosing ${offering}.`,
  );
}

function checkHibernation(type: InstanceType, image: Image, volume: RootVolume): void {
  // Hibernation prerequisites: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html
  const memoryGiB = type.memoryMiB / 1024;
  const fits = image.platform === 'windows' ? memoryGiB <= 16 : memoryGiB < 150;
  if (type.hibernation && fits && volume.encrypted && volume.sizeGiB >= memoryGiB) return;
  throw new AwsError(
    'UnsupportedHibernationConfiguration',
    'The instance could not be launched because one or more parameter values do not meet the prerequisites for enabling ' +
      'hibernation.',
  );
}

function tagsFor(form: FormObject, resourceType: string): Record<string, string> {
  const specification = objectsOf(form, 'TagSpecification').find(
    (candidate) => textOf(candidate, 'ResourceType') === resourceType,
  );
  return specification ? readTags(specification) : {};
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
export function readLaunchRequest({ form, region }: Ec2Call): LaunchRequest {
  const image = readImage(form);
  const type = readType(form, image);
  const subnet = readSubnet(form);
  checkOffered(type, region, subnet);
  const volume = readRootVolume(form, image, tagsFor(form, 'volume'));
  const hibernationConfigured = flagOf(objectOf(form, 'HibernationOptions'), 'Configured') ?? false;
  if (hibernationConfigured) checkHibernation(type, image, volume);
  return {
    image,
    type,
    subnet,
    volume,
    hibernationConfigured,
    zone: region + subnet.zoneLetter,
    count: readCount(form),
    clientToken: readTokenOf(form),
    parametersHash: hashParameters(form),
    userData: readUserData(form),
    instanceTags: tagsFor(form, 'instance'),
    securityGroupIds: readSecurityGroups(form),
    instanceProfileArn: readProfileArn(form),
    keyName: textOf(form, 'KeyName') ?? null,
    httpTokens:
      textOf(objectOf(form, 'MetadataOptions'), 'HttpTokens') === 'required' ? 'required' : 'optional',
    ebsOptimized: flagOf(form, 'EbsOptimized') ?? false,
  };
}
