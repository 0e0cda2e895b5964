import { cpuPercentAt } from '../cloudwatch/cpu-utilization.ts';
import { type HostFacts, hostFacts } from '../host/host-facts.ts';
import { settleCommands } from '../ssm/commands.ts';
import { isHibernated } from '../state/change-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import { hostOf, stateNow, type World } from '../state/world.ts';

const iso = (ms: number) => new Date(ms).toISOString();

function cpuNow(world: World, instance: InstanceRecord): number | null {
  const { activity } = hostOf(world, instance.instanceId);
  const history = { instanceId: instance.instanceId, powers: instance.powers, activity };
  const percent = cpuPercentAt(history, world.clock.now());
  return percent === undefined ? null : Math.round(percent * 10) / 10;
}

function hostView(world: World, instance: InstanceRecord, facts: HostFacts): object {
  const host = hostOf(world, instance.instanceId);
  return {
    phase: facts.phase.phase,
    bootId: facts.phase.bootId,
    agent: host.agent,
    dcv: host.dcv,
    dcvReady: facts.dcvReady,
    permissionFile: facts.permissionFile,
    stopHangs: host.stopHangs,
    hibernation: host.hibernation,
    rebootIgnored: host.rebootIgnored,
    nvidiaSmi: host.nvidiaSmi,
    gpuPercents: facts.gpus.percents,
    gpuSteered: host.gpuPercents,
    clockOffsetSeconds: host.clockOffsetSeconds,
    cpuPercent: cpuNow(world, instance),
    cpuSteered: host.activity.at(-1)?.cpuPercent ?? null,
  };
}

/** An instance as the steering shows it: EC2's view, and what the host on it believes. */
export function instanceView(world: World, instance: InstanceRecord): object {
  settleCommands(world);
  const host = hostOf(world, instance.instanceId);
  const facts = hostFacts(world, instance);
  const state = stateNow(world, instance);
  return {
    instanceId: instance.instanceId,
    name: instance.tags.Name ?? null,
    state,
    hibernated: state === 'stopped' && isHibernated(instance, world.clock.now()),
    instanceType: instance.instanceType,
    zone: instance.zone,
    imageId: instance.imageId,
    platform: facts.platform,
    privateIp: instance.privateIp,
    clientToken: instance.clientToken,
    tags: instance.tags,
    terminationProtected: instance.terminationProtected,
    hibernationConfigured: instance.hibernationConfigured,
    launchedAt: iso(instance.powers[0]?.acceptedAt ?? 0),
    desktop: facts.desktop,
    passwordFetched: facts.passwordFetched,
    host: hostView(world, instance, facts),
    connections: host.connections.map(({ connectedAt, lastInteractionAt, ...connection }) => ({
      ...connection,
      connectedAt: iso(connectedAt),
      lastInteractionAt: iso(lastInteractionAt),
    })),
    lastDisconnectedAt: host.lastDisconnectedAt === null ? null : iso(host.lastDisconnectedAt),
  };
}
