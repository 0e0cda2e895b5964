import { hostFacts, systemOf } from '../host/host-facts.ts';
import { AwsError } from '../http/aws-error.ts';
import {
  type JsonCall,
  type JsonInput,
  jsonObjects,
  jsonPage,
  jsonText,
  jsonTexts,
  toEpochSeconds,
} from '../http/json-input.ts';
import type { InstanceRecord } from '../state/records.ts';
import { hostOf, stateNow, type World } from '../state/world.ts';

type PingStatus = 'Online' | 'ConnectionLost';

/** What SSM knows of an instance's agent; undefined before its first registration and after termination. */
export function pingStatus(world: World, instance: InstanceRecord): PingStatus | undefined {
  const state = stateNow(world, instance);
  if (state === 'terminated' || state === 'shutting-down') return undefined;
  if (hostFacts(world, instance).agentOnline) return 'Online';
  const now = world.clock.now();
  const first = instance.powers.find((power) => power.kind === 'start');
  const registeredAt = first?.kind === 'start' ? first.agentAt : Number.POSITIVE_INFINITY;
  const steeredOffline = hostOf(world, instance.instanceId).agent === 'offline';
  const hasBeenOnline = now >= registeredAt && (instance.powers.length > 1 || steeredOffline);
  return hasBeenOnline ? 'ConnectionLost' : undefined;
}

function information(world: World, instance: InstanceRecord, status: PingStatus): object {
  const system = systemOf(world, instance);
  return {
    InstanceId: instance.instanceId,
    PingStatus: status,
    LastPingDateTime: toEpochSeconds(world.clock.now()),
    AgentVersion: '3.3.2299.0',
    IsLatestVersion: true,
    PlatformType: system.platform === 'windows' ? 'Windows' : 'Linux',
    PlatformName: system.name,
    PlatformVersion: system.version,
    ResourceType: 'EC2Instance',
    IPAddress: instance.privateIp,
    ComputerName: `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
  };
}

interface InformationFilter {
  key: string;
  values: string[];
}

function readFilters(input: JsonInput): InformationFilter[] {
  const current = jsonObjects(input, 'Filters').map((filter) => ({
    key: jsonText(filter, 'Key') ?? '',
    values: jsonTexts(filter, 'Values'),
  }));
  const old = jsonObjects(input, 'InstanceInformationFilterList').map((filter) => ({
    key: jsonText(filter, 'key') ?? '',
    values: jsonTexts(filter, 'valueSet'),
  }));
  return [...current, ...old];
}

function passes(filter: InformationFilter, instanceId: string, status: PingStatus): boolean {
  if (filter.key === 'InstanceIds') return filter.values.includes(instanceId);
  if (filter.key === 'PingStatus') return filter.values.includes(status);
  throw new AwsError('InvalidFilterKey', `The specified filter key '${filter.key}' is not valid.`);
}

/** DescribeInstanceInformation: the instances whose agent has registered, 5 to 50 a page. */
export function describeInstanceInformation({ world, input, region }: JsonCall): object {
  const filters = readFilters(input);
  const found: object[] = [];
  for (const instance of candidates(world, filters)) {
    if (instance.region !== region) continue;
    const status = pingStatus(world, instance);
    if (status === undefined) continue;
    const matches = filters.every((filter) => passes(filter, instance.instanceId, status));
    if (matches) found.push(information(world, instance, status));
  }
  const { items, ...next } = jsonPage(input, found, { smallest: 5, largest: 50 });
  return { InstanceInformationList: items, ...next };
}

function candidates(world: World, filters: InformationFilter[]): Iterable<InstanceRecord> {
  const byId = filters.find((filter) => filter.key === 'InstanceIds');
  if (!byId) return world.instances.values();
  return byId.values.map((id) => world.instances.get(id)).filter((instance) => instance !== undefined);
}
