import {
  EC2Client,
  paginateDescribeInstances,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Fleet } from './fleet.ts';
import { daily } from './schedules.ts';

/** The most instances of one RunInstances in the simulator's account. */
const perCall = 1000;

/**
 * A fleet that is there already: so many desktops that are stopped or running, in EC2 and in the records, without the
 * launches that made them.
 */
export async function crowd(fleet: Fleet, count: number, state: 'stopped' | 'running'): Promise<void> {
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: fleet.simulatorUrl });
  for (let i = 0; i < count; i += perCall) {
    const size = Math.min(perCall, count - i);
    await ec2.send(
      new RunInstancesCommand({
        ImageId: 'ami-0de5cf1ee7000a123',
        InstanceType: 'm7i.large',
        SubnetId: 'subnet-0de5cf1ee7000000a',
        MinCount: size,
        MaxCount: size,
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'deskfleet:cluster', Value: 'deskfleet' }] },
        ],
      }),
    );
  }
  fleet.advance(300);
  const ids: string[] = [];
  for await (const page of paginateDescribeInstances({ client: ec2 }, { MaxResults: perCall })) {
    ids.push(
      ...(page.Reservations ?? []).flatMap(({ Instances }) =>
        (Instances ?? []).map((i) => i.InstanceId ?? ''),
      ),
    );
  }
  for (let i = 0; state === 'stopped' && i < ids.length; i += perCall) {
    await ec2.send(new StopInstancesCommand({ InstanceIds: ids.slice(i, i + perCall) }));
  }
  fleet.advance(600);
  ec2.destroy();
  await record(fleet, ids, state);
}

async function record(fleet: Fleet, instanceIds: string[], state: string): Promise<void> {
  const at = fleet.now();
  await fleet.tamper(
    `with machine as (select instance_id, uuidv7() as id from unnest($1::text[]) as instance_id),
       session as (
         insert into api_gateway.sessions (id, owner, name, os, software_stack_id, instance_type, root_volume_gib,
           session_type, created_at, schedule, schedule_changed_at)
         select id, 'alice', instance_id, 'linux', '01990000-0000-7000-8000-000000000011', 'm7i.large', 50, 'default', $3,
           $4, $3
         from machine),
       intent as (
         insert into api_gateway.session_intents (session_id, seq, kind, args, cause, at)
         select id, 1, 'launch', '{}', 'user:alice', $3 from machine)
     insert into session_manager.session_runtime (session_id, state, state_since, applied_seq, desired, desired_cause,
       target_observed, instance_id, instance_type, availability_zone, first_boot, updated_at)
     select id, $2, $3, 1, $2, 'user:alice', true, instance_id, 'm7i.large', 'us-east-1a', false, $3 from machine`,
    [instanceIds, state, at, JSON.stringify(daily)],
  );
}
