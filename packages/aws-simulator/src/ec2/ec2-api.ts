import { createImage } from './create-image.ts';
import { deregisterImage } from './deregister-image.ts';
import { describeImages } from './describe-images.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstances } from './describe-instances.ts';
import { describeSnapshots } from './describe-snapshots.ts';
import { describeSubnets, describeVolumes } from './describe-surroundings.ts';
import type { Ec2Action } from './ec2-call.ts';
import { modifyInstanceAttribute } from './modify-instance-attribute.ts';
import { rebootInstances } from './reboot-instances.ts';
import { runInstances } from './run-instances.ts';
import { startInstances } from './start-instances.ts';
import { stopInstances } from './stop-instances.ts';
import { createTags } from './tags.ts';
import { terminateInstances } from './terminate-instances.ts';
import { renderXml, type XmlObject } from './xml.ts';

/** The EC2 actions that the simulator knows, by their names in the API. */
export const ec2Actions: ReadonlyMap<string, Ec2Action> = new Map<string, Ec2Action>([
  ['RunInstances', runInstances],
  ['DescribeInstances', describeInstances],
  ['StartInstances', startInstances],
  ['StopInstances', stopInstances],
  ['TerminateInstances', terminateInstances],
  ['RebootInstances', rebootInstances],
  ['ModifyInstanceAttribute', modifyInstanceAttribute],
  ['DescribeInstanceTypes', describeInstanceTypes],
  ['DescribeInstanceTypeOfferings', describeInstanceTypeOfferings],
  ['DescribeSubnets', describeSubnets],
  ['DescribeImages', describeImages],
  ['CreateImage', createImage],
  ['DeregisterImage', deregisterImage],
  ['DescribeSnapshots', describeSnapshots],
  ['DescribeVolumes', describeVolumes],
  ['CreateTags', createTags],
]);

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

export function renderEc2Answer(action: string, requestId: string, body: XmlObject): string {
  return renderXml(`${action}Response`, namespace, { requestId, ...body });
}

/** The error document of the EC2 Query API. */
export function renderEc2Error(code: string, message: string, requestId: string): string {
  const errors = { Errors: { Error: { Code: code, Message: message } }, RequestID: requestId };
  return renderXml('Response', null, errors);
}
