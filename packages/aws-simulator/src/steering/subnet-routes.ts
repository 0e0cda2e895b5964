import type { FastifyInstance, FastifyReply } from 'fastify';
import { subnets } from '../catalogue/network.ts';
import { existingSubnets, freeAddresses, usedAddresses } from '../ec2/subnets.ts';
import type { SubnetFault } from '../state/records.ts';
import { saveSettings, type World } from '../state/world.ts';
import * as schemas from './schemas.ts';

interface IdParams {
  id: string;
}

function subnetView(world: World, subnetId: string): object {
  return {
    subnetId,
    zoneLetter: subnets.get(subnetId)?.zoneLetter,
    exists: existingSubnets(world).has(subnetId),
    freeAddresses: freeAddresses(world, subnetId),
  };
}

function steer(world: World, reply: FastifyReply, id: string, change: Partial<SubnetFault>): FastifyReply {
  if (!subnets.has(id)) return reply.code(404).send({ message: `There is no subnet ${id}.` });
  const present = world.faults.subnets.find((fault) => fault.subnetId === id);
  const others = world.faults.subnets.filter((fault) => fault !== present);
  const unsteered = { subnetId: id, removed: false, addresses: null };
  world.faults.subnets = [...others, { ...unsteered, ...present, ...change }];
  saveSettings(world);
  return reply.send(subnetView(world, id));
}

/** `/_sim/subnets`: taken away, brought back, filled up. */
export function registerSubnetRoutes(scope: FastifyInstance, world: World): void {
  scope.get('/subnets', () => ({ subnets: [...subnets.keys()].map((id) => subnetView(world, id)) }));
  scope.delete<{ Params: IdParams }>('/subnets/:id', (request, reply) =>
    steer(world, reply, request.params.id, { removed: true }),
  );
  scope.post<{ Params: IdParams }>('/subnets/:id/restore', (request, reply) =>
    steer(world, reply, request.params.id, { removed: false }),
  );
  scope.patch<{ Params: IdParams; Body: { freeAddresses: number | null } }>(
    '/subnets/:id',
    { schema: { body: schemas.subnetChange } },
    (request, reply) => {
      const { id } = request.params;
      const { freeAddresses: free } = request.body;
      const addresses = free === null ? null : usedAddresses(world, id) + free;
      return steer(world, reply, id, { addresses });
    },
  );
}
