import {
  type _InstanceType,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  paginateDescribeInstances,
  RebootInstancesCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Compute } from '../../application/ports.ts';
import type { PowerCall } from '../../domain/decide-call-failure.ts';
import type { LaunchRequest } from '../../domain/launch-request.ts';
import type { Observation } from '../../domain/session-status.ts';
import { callInParts } from './call-in-parts.ts';
import { classifyAwsError } from './classify-aws-error.ts';
import { observeInstance } from './observe-instance.ts';

/** DescribeInstances: the largest page, and the most values that one filter takes (EC2 API reference). */
const pageSize = 1000;
const filterValues = 200;

/** EC2 as session-manager needs it. */
export function createEc2Compute(ec2: EC2Client, clusterId: string): Compute {
  return {
    async launch(clientToken, request) {
      try {
        const answer = await ec2.send(new RunInstancesCommand(runInstancesInput(clientToken, request)));
        const launched = answer.Instances?.[0] && observeInstance(answer.Instances[0]);
        if (launched) return { launched };
        // An answer without an instance is none: the same request again will tell.
        return {
          failure: { kind: 'unclear', code: 'EmptyAnswer', message: 'RunInstances named no instance' },
        };
      } catch (error) {
        return { failure: classifyAwsError(error) };
      }
    },

    power: (call, ids) => callInParts(ids, (part) => sendPower(ec2, call, part)),

    async resize(instanceId, instanceType) {
      try {
        const input = { InstanceId: instanceId, InstanceType: { Value: instanceType } };
        await ec2.send(new ModifyInstanceAttributeCommand(input));
        return null;
      } catch (error) {
        return classifyAwsError(error);
      }
    },

    describeCluster: () =>
      observe(() =>
        pages(ec2, {
          Filters: [{ Name: 'tag:deskfleet:cluster', Values: [clusterId] }],
          MaxResults: pageSize,
        }),
      ),

    // A filter and not InstanceIds: an id that EC2 does not know would fail the whole call.
    describe: (ids) =>
      observe(async () => {
        const found: Observation[] = [];
        for (let i = 0; i < ids.length; i += filterValues) {
          const Filters = [{ Name: 'instance-id', Values: ids.slice(i, i + filterValues) }];
          found.push(...(await pages(ec2, { Filters, MaxResults: pageSize })));
        }
        return found;
      }),

    async findByClientToken(clientToken) {
      try {
        const Filters = [{ Name: 'client-token', Values: [clientToken] }];
        const answer = await ec2.send(new DescribeInstancesCommand({ Filters }));
        const instance = answer.Reservations?.[0]?.Instances?.[0];
        return { found: instance ? observeInstance(instance) : null };
      } catch (error) {
        return { failure: classifyAwsError(error) };
      }
    },
  };
}

function sendPower(ec2: EC2Client, call: PowerCall, InstanceIds: string[]): Promise<unknown> {
  switch (call) {
    case 'start':
      return ec2.send(new StartInstancesCommand({ InstanceIds }));
    case 'stop':
      return ec2.send(new StopInstancesCommand({ InstanceIds }));
    case 'force-stop':
      return ec2.send(new StopInstancesCommand({ InstanceIds, Force: true }));
    case 'hibernate':
      return ec2.send(new StopInstancesCommand({ InstanceIds, Hibernate: true }));
    case 'reboot':
      return ec2.send(new RebootInstancesCommand({ InstanceIds }));
    case 'terminate':
      return ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    default:
      return call satisfies never;
  }
}

async function observe(ask: () => Promise<Observation[]>): ReturnType<Compute['describeCluster']> {
  try {
    return { observations: await ask() };
  } catch (error) {
    return { failure: classifyAwsError(error) };
  }
}

async function pages(client: EC2Client, input: DescribeInstancesCommandInput): Promise<Observation[]> {
  const observations: Observation[] = [];
  for await (const page of paginateDescribeInstances({ client }, input)) {
    for (const { Instances = [] } of page.Reservations ?? []) {
      observations.push(...Instances.flatMap((instance) => observeInstance(instance) ?? []));
    }
  }
  return observations;
}

function runInstancesInput(clientToken: string, request: LaunchRequest): RunInstancesCommandInput {
  const Tags = Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    ClientToken: clientToken,
    MinCount: 1,
    MaxCount: 1,
    ImageId: request.imageId,
    InstanceType: request.instanceType as _InstanceType,
    ...(request.subnetId && { SubnetId: request.subnetId }),
    ...(request.securityGroupIds.length > 0 && { SecurityGroupIds: request.securityGroupIds }),
    ...(request.instanceProfileArn && { IamInstanceProfile: { Arn: request.instanceProfileArn } }),
    UserData: request.userData,
    ...(request.hibernation && { HibernationOptions: { Configured: true } }),
    MetadataOptions: { HttpTokens: 'required', HttpEndpoint: 'enabled' },
    BlockDeviceMappings: [
      {
        DeviceName: request.rootDeviceName,
        Ebs: {
          VolumeSize: request.rootVolumeGiB,
          VolumeType: 'gp3',
          Encrypted: true,
          DeleteOnTermination: true,
        },
      },
    ],
    TagSpecifications: [
      { ResourceType: 'instance', Tags },
      { ResourceType: 'volume', Tags },
    ],
  };
}
