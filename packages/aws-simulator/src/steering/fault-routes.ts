import type { FastifyInstance } from 'fastify';
import type { ErrorFault, FaultSettings, LostResponse, NoCapacity } from '../state/records.ts';
import { noFaults, saveSettings, type World } from '../state/world.ts';
import * as schemas from './schemas.ts';

type ErrorWish = Pick<ErrorFault, 'api' | 'code'> & { status?: number; message?: string; times?: number };
type SingleSettings = Pick<FaultSettings, 'describeLagSeconds' | 'latencyMs' | 'throttling'>;

function toErrorFault({ api, code, status, message, times }: ErrorWish): ErrorFault {
  return { api, code, status: status ?? null, message: message ?? null, remaining: times ?? null };
}

function changeFaults(world: World, change: Partial<FaultSettings>): FaultSettings {
  world.faults = { ...world.faults, ...change };
  saveSettings(world);
  return world.faults;
}

/** `/_sim/faults`: the bad days. */
export function registerFaultRoutes(scope: FastifyInstance, world: World): void {
  scope.get('/faults', () => world.faults);
  scope.patch<{ Body: Partial<SingleSettings> }>(
    '/faults',
    { schema: { body: schemas.faultChange } },
    (request) => changeFaults(world, request.body),
  );
  scope.delete('/faults', () => changeFaults(world, noFaults(world.faults.throttling)));

  scope.post<{ Body: ErrorWish }>('/faults/errors', { schema: { body: schemas.errorFault } }, (request) =>
    changeFaults(world, { errors: [...world.faults.errors, toErrorFault(request.body)] }),
  );
  scope.delete('/faults/errors', () => changeFaults(world, { errors: [] }));

  scope.post<{ Body: Partial<NoCapacity> }>(
    '/faults/no-capacity',
    { schema: { body: schemas.noCapacity } },
    (request) => {
      const entry = { instanceType: request.body.instanceType ?? '*', zone: request.body.zone ?? '*' };
      return changeFaults(world, { noCapacity: [...world.faults.noCapacity, entry] });
    },
  );
  scope.delete('/faults/no-capacity', () => changeFaults(world, { noCapacity: [] }));

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
