import { AwsError } from '../http/aws-error.ts';
import { applyPower } from '../state/change-power.ts';
import { hostAt, type StateName, stopPower } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import { hostOf, type World } from '../state/world.ts';
import type { Ec2Call } from './ec2-call.ts';
import { changeXml, namedInstances } from './named-instances.ts';
import { flagOf } from './query-form.ts';
import type { XmlObject } from './xml.ts';

interface StopRequest {
  hibernate: boolean;
  force: boolean;
}

function checkStops({ instanceId }: InstanceRecord, state: StateName): void {
  if (['running', 'stopping', 'stopped'].includes(state)) return;
  const why =
    state === 'pending'
      ? `Instance '${instanceId}' cannot be stopped as it has never reached the 'running' state.`
      : `The instance '${instanceId}' is not in a state from which it can be stopped.`;
  throw new AwsError('IncorrectInstanceState', why);
}

function checkHibernates(world: World, instance: InstanceRecord): void {
  const { instanceId } = instance;
  if (!instance.hibernationConfigured || hostOf(world, instanceId).hibernation === 'refused') {
    throw new AwsError(
      'UnsupportedHibernationConfiguration',
      `The instance can't be hibernated because it was not configured at launch for hibernation: ${instanceId}`,
    );
  }
  if (hostAt(instance.powers, world.clock.now()).phase === 'dcv-ready') return;
  // The hibernation agent needs a minute or two after boot.
  throw new AwsError(
    'UnsupportedOperation',
    `Instance ${instanceId} is not ready to hibernate yet, retry in a few minutes`,
  );
}

/** Stops a running instance, or forces one whose stop hangs. */
export function stopInstance(world: World, instance: InstanceRecord, request: StopRequest): void {
  const host = hostOf(world, instance.instanceId);
  const fate = request.hibernate ? host.hibernation : 'ok';
  const wish = {
    ...request,
    hangs: host.stopHangs || fate === 'hangs',
    fallsBack: fate === 'falls-back-to-stop',
  };
  applyPower(world, instance, stopPower(world.clock.now(), world.delays, wish));
}

/** StopInstances: stopped and stopping instances stay as they are, unless Force speeds a stop up. */
export function stopInstances(call: Ec2Call): XmlObject {
  const { world, form } = call;
  const request = { hibernate: flagOf(form, 'Hibernate') ?? false, force: flagOf(form, 'Force') ?? false };
  const states = namedInstances(call);
  for (const [instance, state] of states) {
    checkStops(instance, state);
    if (request.hibernate && state === 'running') checkHibernates(world, instance);
  }
  for (const [instance, state] of states) {
    if (state === 'running' || (state === 'stopping' && request.force)) {
      stopInstance(world, instance, request);
    }
  }
  return changeXml(call, states);
}
