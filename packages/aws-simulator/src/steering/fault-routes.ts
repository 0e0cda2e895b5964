import type { FastifyInstance } from 'fastify';
import { freeCapacity, runningIn } from '../ec2/capacity.ts';
import { freeAddresses } from '../ec2/subnets.ts';
import type { ErrorFault, FaultSettings, LostResponse, NoCapacity, NotOffered } from '../state/records.ts';
import { noFaults, saveSettings, type World } from '../state/world.ts';
import * as schemas from './schemas.ts';

type ErrorWish = Pick<ErrorFault, 'api' | 'code'> & {
  instanceId?: string;
  status?: number;
  message?: string;
  times?: number;
};
type CapacityWish = Partial<Pick<NoCapacity, 'instanceType' | 'zone'>> & { free?: number };
type OfferWish = Pick<NotOffered, 'instanceType'> & { zone?: string };
type SingleSettings = Pick<
  FaultSettings,
  'describeLagSeconds' | 'latencyMs' | 'throttling' | 'vcpuLimit' | 'images'
>;

function toErrorFault({ api, instanceId, code, status, message, times }: ErrorWish): ErrorFault {
  return {
    api,
    instanceId: instanceId ?? null,
    code,
    status: status ?? null,
    message: message ?? null,
    remaining: times ?? null,
  };
}

/** A new entry for a pool replaces the old one. */
function withCapacity(world: World, { instanceType = '*', zone = '*', free }: CapacityWish): NoCapacity[] {
  const pool = { instanceType, zone };
  const capacity = free === undefined ? null : runningIn(world, pool) + free;
  const others = world.faults.noCapacity.filter(
    (entry) => entry.instanceType !== instanceType || entry.zone !== zone,
  );
  return [...others, { ...pool, capacity }];
}

function faultView(world: World): object {
  const { noCapacity, subnets, ...others } = world.faults;
  return {
    ...others,
    noCapacity: noCapacity.map((entry) => ({
      instanceType: entry.instanceType,
      zone: entry.zone,
      free: freeCapacity(world, entry),
    })),
    subnets: subnets.map(({ subnetId, removed, addresses }) => ({
      subnetId,
      removed,
      freeAddresses: addresses === null ? null : freeAddresses(world, subnetId),
    })),
  };
}

function changeFaults(world: World, change: Partial<FaultSettings>): object {
  world.faults = { ...world.faults, ...change };
  saveSettings(world);
  return faultView(world);
}

/** `/_sim/faults`: the bad days. */
export function registerFaultRoutes(scope: FastifyInstance, world: World): void {
  scope.get('/faults', () => faultView(world));
  scope.patch<{ Body: Partial<SingleSettings> }>(
    '/faults',
    { schema: { body: schemas.faultChange } },
    (request) => changeFaults(world, request.body),
  );
  scope.delete('/faults', () => changeFaults(world, noFaults(world.faults.throttling)));
  registerCallFaults(scope, world);
  registerSupplyFaults(scope, world);
}

function registerCallFaults(scope: FastifyInstance, world: World): void {
  scope.post<{ Body: ErrorWish }>('/faults/errors', { schema: { body: schemas.errorFault } }, (request) =>
    changeFaults(world, { errors: [...world.faults.errors, toErrorFault(request.body)] }),
  );
  scope.delete('/faults/errors', () => changeFaults(world, { errors: [] }));

  scope.post<{ Body: Pick<LostResponse, 'api'> & { times?: number } }>(
    '/faults/lost-responses',
    { schema: { body: schemas.lostResponse } },
    (request) => {
      const fault = { api: request.body.api, remaining: request.body.times ?? 1 };
      return changeFaults(world, { lostResponses: [...world.faults.lostResponses, fault] });
    },
  );
  scope.delete('/faults/lost-responses', () => changeFaults(world, { lostResponses: [] }));
}

function registerSupplyFaults(scope: FastifyInstance, world: World): void {
  scope.post<{ Body: CapacityWish }>(
    '/faults/no-capacity',
    { schema: { body: schemas.noCapacity } },
    (request) => changeFaults(world, { noCapacity: withCapacity(world, request.body) }),
  );
  scope.delete('/faults/no-capacity', () => changeFaults(world, { noCapacity: [] }));

  scope.post<{ Body: OfferWish }>(
    '/faults/not-offered',
    { schema: { body: schemas.notOffered } },
    (request) => {
      const { instanceType, zone = '*' } = request.body;
      return changeFaults(world, { notOffered: [...world.faults.notOffered, { instanceType, zone }] });
    },
  );
  scope.delete('/faults/not-offered', () => changeFaults(world, { notOffered: [] }));
}
