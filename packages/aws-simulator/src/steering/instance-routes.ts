import type { FastifyInstance, FastifyReply } from 'fastify';
import { rebootInstance } from '../ec2/reboot-instances.ts';
import { startInstance } from '../ec2/start-instances.ts';
import { stopInstance } from '../ec2/stop-instances.ts';
import { steerConnections, steerLastDisconnection, steerLastInteraction } from '../host/connections.ts';
import { hostFacts } from '../host/host-facts.ts';
import { settleCommands } from '../ssm/commands.ts';
import { applyPower, markActivity } from '../state/change-power.ts';
import { type StateName, terminatePower } from '../state/instance-power.ts';
import type { HostRecord, InstanceRecord } from '../state/records.ts';
import { hostOf, stateNow, type World } from '../state/world.ts';
import { instanceView } from './instance-view.ts';
import * as schemas from './schemas.ts';

interface HostChange {
  cpuPercent?: number | null;
  connections?: number;
  /** The people who are connected, by name. */
  connectedUsers?: string[];
  lastDisconnectedAt?: string | null;
  /** Of everybody who is connected. */
  lastInteractionAt?: string;
  dcv?: HostRecord['dcv'];
  gpuPercents?: number[] | null;
  nvidiaSmi?: HostRecord['nvidiaSmi'];
  clockOffsetSeconds?: number;
  agent?: HostRecord['agent'];
  stopHangs?: boolean;
  hibernation?: HostRecord['hibernation'];
  rebootIgnored?: boolean;
  terminationProtected?: boolean;
}

function changeHost(world: World, instance: InstanceRecord, change: HostChange): string | undefined {
  const host = hostOf(world, instance.instanceId);
  const facts = hostFacts(world, instance);
  const owner = facts.desktop?.owner ?? 'unknown';
  const users = change.connectedUsers ?? ownerTimes(owner, change.connections);
  if (users?.length && !facts.dcvReady) return 'Nobody can be connected while DCV does not answer.';
  const people = users?.length ?? host.connections.length;
  if (change.lastInteractionAt && people === 0) return 'Nobody is connected who could have done anything.';
  // What hosts were asked before this change, they answer as they were.
  settleCommands(world);
  const { cpuPercent, lastDisconnectedAt, lastInteractionAt, terminationProtected, ...others } = change;
  const { connections: _, connectedUsers: __, ...fates } = others;
  world.hosts.put(host.instanceId, Object.assign(host, fates));
  if (terminationProtected !== undefined) {
    world.instances.put(instance.instanceId, Object.assign(instance, { terminationProtected }));
  }
  if (cpuPercent !== undefined) markActivity(world, host, cpuPercent);
  if (users !== undefined) steerConnections(world, host, users);
  if (lastDisconnectedAt !== undefined) {
    const at = lastDisconnectedAt === null ? null : Date.parse(lastDisconnectedAt);
    steerLastDisconnection(world, host, { at, bootId: facts.phase.bootId });
  }
  if (lastInteractionAt !== undefined) steerLastInteraction(world, host, Date.parse(lastInteractionAt));
  world.notifyHost(instance.instanceId);
  return undefined;
}

function ownerTimes(owner: string, connections: number | undefined): string[] | undefined {
  return connections === undefined ? undefined : Array.from({ length: connections }, () => owner);
}

interface ConsoleWish {
  code?: string;
  message?: string;
  force?: boolean;
  hibernate?: boolean;
}

/** A person at the console: what they may do from a state, and how it is done. */
interface ConsoleAction {
  name: string;
  from: StateName[];
  body: object;
  apply(world: World, instance: InstanceRecord, wish: ConsoleWish): void;
}

const terminateAction: ConsoleAction = {
  name: 'terminate',
  from: ['pending', 'running', 'stopping', 'stopped'],
  body: schemas.termination,
  apply: (world, instance, { code, message }) => {
    const reason = code === undefined ? undefined : { code, message: message ?? code };
    applyPower(world, instance, terminatePower(world.clock.now(), world.delays, reason));
  },
};
const stopAction: ConsoleAction = {
  name: 'stop',
  from: ['running', 'stopping'],
  body: schemas.stop,
  apply: (world, instance, { force = false, hibernate = false }) =>
    stopInstance(world, instance, { force, hibernate }),
};
const startAction: ConsoleAction = {
  name: 'start',
  from: ['stopped'],
  body: schemas.nothing,
  apply: (world, instance) => startInstance(world, instance),
};
const rebootAction: ConsoleAction = {
  name: 'reboot',
  from: ['running'],
  body: schemas.nothing,
  apply: (world, instance) => rebootInstance(world, instance),
};

const bodyOrNone = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });

interface IdParams {
  id: string;
}

function notFound(reply: FastifyReply, id: string): FastifyReply {
  return reply.code(404).send({ message: `There is no instance ${id}.` });
}

function registerConsoleAction(scope: FastifyInstance, world: World, action: ConsoleAction): void {
  const url = `/instances/:id/${action.name}`;
  // Without a body every wish has its default; the schema has refused bodies of another form.
  scope.post<{ Params: IdParams; Body: ConsoleWish | null }>(
    url,
    { schema: { body: bodyOrNone(action.body) } },
    (request, reply) => {
      const instance = world.instances.get(request.params.id);
      if (!instance) return notFound(reply, request.params.id);
      const state = stateNow(world, instance);
      if (!action.from.includes(state)) {
        return reply
          .code(409)
          .send({ message: `The instance is ${state}; that is no state to ${action.name} from.` });
      }
      action.apply(world, instance, request.body ?? {});
      return reply.send(instanceView(world, instance));
    },
  );
}

/** `/_sim/instances`: what is there, what it believes, and a hand on it. */
export function registerInstanceRoutes(scope: FastifyInstance, world: World): void {
  scope.get('/instances', () => {
    return { instances: [...world.instances.values()].map((instance) => instanceView(world, instance)) };
  });
  scope.get<{ Params: IdParams }>('/instances/:id', (request, reply) => {
    const instance = world.instances.get(request.params.id);
    return instance ? instanceView(world, instance) : notFound(reply, request.params.id);
  });
  scope.patch<{ Params: IdParams; Body: HostChange }>(
    '/instances/:id',
    { schema: { body: schemas.hostChange } },
    (request, reply) => {
      const instance = world.instances.get(request.params.id);
      if (!instance) return notFound(reply, request.params.id);
      const problem = changeHost(world, instance, request.body);
      return problem ? reply.code(409).send({ message: problem }) : instanceView(world, instance);
    },
  );
  registerConsoleAction(scope, world, terminateAction);
  registerConsoleAction(scope, world, stopAction);
  registerConsoleAction(scope, world, startAction);
  registerConsoleAction(scope, world, rebootAction);
}
