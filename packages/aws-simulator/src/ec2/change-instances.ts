import { AwsError } from '../http/aws-error.ts';
import { applyPower, isHibernated, lastBootId } from '../state/change-power.ts';
import { newUuid } from '../state/identifiers.ts';
import {
  hostAt,
  powerAt,
  rebootPower,
  type StateName,
  startPower,
  stopPower,
  terminatePower,
} from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import { hostOf, stateNow, type World } from '../state/world.ts';
import { checkCapacity } from './capacity.ts';
import { type Ec2Call, requireInstances } from './ec2-call.ts';
import { stateXml } from './instance-xml.ts';
import { flagOf, missing, textsOf } from './query-form.ts';
import type { XmlObject } from './xml.ts';

// Start-, Stop- and TerminateInstances check every instance before they touch one: a bad id fails the whole call.
function namedInstances(call: Ec2Call): InstanceRecord[] {
  const ids = textsOf(call.form, 'InstanceId');
  if (ids.length === 0) throw missing('InstanceId');
  return requireInstances(call, ids, call.world.clock.now());
}

function incorrectState(instance: InstanceRecord, verb: string): AwsError {
  const message = `This instance '${instance.instanceId}' is not in a state from which it can be ${verb}.`;
  return new AwsError('IncorrectInstanceState', message);
}

function changeXml(call: Ec2Call, before: Map<InstanceRecord, StateName>): XmlObject {
  const instancesSet = [...before].map(([instance, previous]) => ({
    instanceId: instance.instanceId,
    currentState: stateXml(stateNow(call.world, instance)),
    previousState: stateXml(previous),
  }));
  return { instancesSet };
}

function statesOf(world: World, instances: InstanceRecord[]): Map<InstanceRecord, StateName> {
  return new Map(instances.map((instance) => [instance, stateNow(world, instance)]));
}

/** Starts a stopped instance; a hibernated one goes on with the boot it had. */
export function startInstance(world: World, instance: InstanceRecord): void {
  const now = world.clock.now();
  const sleeping = isHibernated(instance, now) ? lastBootId(instance) : undefined;
  const power = startPower(now, world.delays, sleeping ?? newUuid(), sleeping !== undefined);
  applyPower(world, instance, power);
}

/** StartInstances: running and pending instances stay as they are. */
export function startInstances(call: Ec2Call): XmlObject {
  const { world } = call;
  const states = statesOf(world, namedInstances(call));
  for (const [instance, state] of states) {
    if (!['stopped', 'pending', 'running'].includes(state)) throw incorrectState(instance, 'started');
    if (state === 'stopped') checkCapacity(world.faults.noCapacity, instance.instanceType, instance.zone);
  }
  for (const [instance, state] of states) if (state === 'stopped') startInstance(world, instance);
  return changeXml(call, states);
}

function checkHibernates(world: World, instance: InstanceRecord): void {
  if (!instance.hibernationConfigured) {
    throw new AwsError(
      'UnsupportedHibernationConfiguration',
      `The instance '${instance.instanceId}' is not enabled for hibernation.`,
    );
  }
  if (hostAt(instance.powers, world.clock.now()).phase === 'dcv-ready') return;
  // The hibernation agent needs a while after boot.
  throw new AwsError(
    'UnsupportedOperation',
    'Instance is not ready to hibernate yet, retry in a few minutes',
  );
}

interface StopRequest {
  hibernate: boolean;
  force: boolean;
}

function stops(world: World, instance: InstanceRecord, state: StateName, request: StopRequest): boolean {
  if (state === 'running') return true;
  const power = powerAt(instance.powers, world.clock.now());
  return state === 'stopping' && request.force && power?.kind === 'stop' && !power.hibernated;
}

/** Stops a running instance, or forces one whose stop hangs. */
export function stopInstance(world: World, instance: InstanceRecord, request: StopRequest): void {
  const hangs = hostOf(world, instance.instanceId).stopHangs;
  applyPower(world, instance, stopPower(world.clock.now(), world.delays, { ...request, hangs }));
}

/** StopInstances: stopped and stopping instances stay as they are, unless Force speeds a stop up. */
export function stopInstances(call: Ec2Call): XmlObject {
  const { world, form } = call;
  const request = { hibernate: flagOf(form, 'Hibernate') ?? false, force: flagOf(form, 'Force') ?? false };
  const states = statesOf(world, namedInstances(call));
  for (const [instance, state] of states) {
    if (!['running', 'stopping', 'stopped'].includes(state)) throw incorrectState(instance, 'stopped');
    if (request.hibernate && state === 'running') checkHibernates(world, instance);
  }
  for (const [instance, state] of states) {
    if (stops(world, instance, state, request)) stopInstance(world, instance, request);
  }
  return changeXml(call, states);
}

/** TerminateInstances, from any state; repeating it changes nothing. */
export function terminateInstances(call: Ec2Call): XmlObject {
  const { world } = call;
  const states = statesOf(world, namedInstances(call));
  for (const [instance, state] of states) {
    if (state === 'shutting-down' || state === 'terminated') continue;
    applyPower(world, instance, terminatePower(world.clock.now(), world.delays));
  }
  return changeXml(call, states);
}

/** RebootInstances: only running instances; the boot id changes. */
export function rebootInstances(call: Ec2Call): XmlObject {
  const { world } = call;
  const states = statesOf(world, namedInstances(call));
  for (const [instance, state] of states) if (state !== 'running') throw incorrectState(instance, 'rebooted');
  for (const instance of states.keys()) {
    applyPower(world, instance, rebootPower(world.clock.now(), world.delays, newUuid()));
  }
  return { return: true };
}
