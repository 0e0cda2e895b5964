import { rebootInstances, startInstances, stopInstances, terminateInstances } from './change-instances.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstances } from './describe-instances.ts';
import { describeImages, describeSubnets, describeVolumes } from './describe-surroundings.ts';
import type { Ec2Action } from './ec2-call.ts';
import { runInstances } from './run-instances.ts';
import { createTags } from './tags.ts';
import { renderXml, type XmlObject } from './xml.ts';

/** The EC2 actions that the simulator knows, by their names in the API. */
export const ec2Actions: ReadonlyMap<string, Ec2Action> = new Map<string, Ec2Action>([
  ['RunInstances', runInstances],
  ['DescribeInstances', describeInstances],
  ['StartInstances', startInstances],
  ['StopInstances', stopInstances],
  ['TerminateInstances', terminateInstances],
  ['RebootInstances', rebootInstances],
  ['DescribeInstanceTypes', describeInstanceTypes],
  ['DescribeInstanceTypeOfferings', describeInstanceTypeOfferings],
  ['DescribeSubnets', describeSubnets],
  ['DescribeImages', describeImages],
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
