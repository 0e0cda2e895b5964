import type { FastifyInstance } from 'fastify';
import type { EndpointParts } from '../http/aws-endpoint.ts';
import { type Delays, delaysForBoot } from '../state/delays.ts';
import { noFaults, saveSettings, type World } from '../state/world.ts';
import { registerFaultRoutes } from './fault-routes.ts';
import { registerImageRoutes } from './image-routes.ts';
import { registerInstanceRoutes } from './instance-routes.ts';
import * as schemas from './schemas.ts';
import { registerSubnetRoutes } from './subnet-routes.ts';

interface ClockChange {
  advanceSeconds?: number;
  now?: string;
  speed?: number;
}

function clockView(world: World): object {
  return { now: new Date(world.clock.now()).toISOString(), speed: world.clock.setting().speed };
}

function registerClockRoutes(scope: FastifyInstance, world: World): void {
  scope.get('/clock', () => clockView(world));
  scope.post<{ Body: ClockChange }>('/clock', { schema: { body: schemas.clockChange } }, (request) => {
    const { advanceSeconds, now, speed } = request.body;
    if (now !== undefined) world.clock.set({ nowMs: Date.parse(now) });
    if (advanceSeconds !== undefined) world.clock.advance(advanceSeconds * 1000);
    if (speed !== undefined) world.clock.set({ speed });
    saveSettings(world);
    return clockView(world);
  });
}

function registerDelayRoutes(scope: FastifyInstance, world: World): void {
  scope.get('/delays', () => world.delays);
  scope.patch<{ Body: Partial<Delays> & { bootSeconds?: number } }>(
    '/delays',
    { schema: { body: schemas.delaysChange } },
    (request) => {
      const { bootSeconds, ...single } = request.body;
      const boot = bootSeconds === undefined ? {} : delaysForBoot(bootSeconds);
      world.delays = { ...world.delays, ...boot, ...single };
      saveSettings(world);
      return world.delays;
    },
  );
}

function registerResetRoute(scope: FastifyInstance, { world, counts, buckets }: EndpointParts): void {
  scope.post('/reset', () => {
    const instanceIds = [...world.instances.values()].map((instance) => instance.instanceId);
    world.store.clear();
    world.faults = noFaults(true);
    world.delays = { ...world.initialDelays };
    world.lastOrdinal = world.initialOrdinal;
    world.clock.reset();
    counts.reset();
    buckets.reset();
    for (const instanceId of instanceIds) world.notifyHost(instanceId);
    saveSettings(world);
    return { reset: true };
  });
}

/** `/_sim/`: steers the simulated cloud; package README.md shows every route with curl. */
export function registerSteering(app: FastifyInstance, parts: EndpointParts): void {
  const { world, counts } = parts;
  app.register(
    async (scope) => {
      // What was steered outlives this process, as what AWS accepted does.
      scope.addHook('onSend', async (_request, _reply, payload) => {
        await world.store.flush();
        return payload;
      });
      registerInstanceRoutes(scope, world);
      registerFaultRoutes(scope, world);
      registerImageRoutes(scope, world);
      registerSubnetRoutes(scope, world);
      registerClockRoutes(scope, world);
      registerDelayRoutes(scope, world);
      registerResetRoute(scope, parts);
      scope.get('/calls', () => ({ calls: counts.read() }));
      scope.delete('/calls', () => {
        counts.reset();
        return { calls: {} };
      });
    },
    { prefix: '/_sim' },
  );
}
