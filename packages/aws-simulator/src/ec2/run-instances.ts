import { readDesktop } from '../host/user-data.ts';
import { AwsError } from '../http/aws-error.ts';
import { dottedAddress, newResourceId, newUuid } from '../state/identifiers.ts';
import { startPower, stateAt } from '../state/instance-power.ts';
import type { HostRecord, InstanceRecord, TokenRecord } from '../state/records.ts';
import { saveSettings, type World } from '../state/world.ts';
import { capacityOf, insufficientCapacity } from './capacity.ts';
import { earlierLaunch, type LaunchToken, readLaunchToken } from './client-token.ts';
import type { Ec2Call } from './ec2-call.ts';
import { reservationXml } from './instance-xml.ts';
import { type LaunchRequest, readLaunchRequest } from './run-instances-request.ts';
import { freeAddresses, insufficientAddresses } from './subnets.ts';
import { vcpuLimitExceeded, vcpuRoom } from './vcpu-limit.ts';
import type { XmlObject } from './xml.ts';

/** RunInstances: as many as there is room for, from MinCount to MaxCount, or none. */
export function runInstances(call: Ec2Call): XmlObject {
  const { world, region } = call;
  const token = readLaunchToken(call);
  const used = earlierLaunch(call, token);
  if (used) return repeatLaunch(world, used);

  const request = readLaunchRequest(call);
  const count = affordableCount(world, region, request);
  const launched = launchAll(world, request, { region, count, clientToken: token.token });
  saveSettings(world);
  rememberToken(world, token, launched);
  return reservationXml(world, launched, world.clock.now());
}

function affordableCount(world: World, region: string, request: LaunchRequest): number {
  const pool = { instanceType: request.type.type, zone: request.zone };
  const { subnetId } = request.subnet;
  const limits = [
    { room: vcpuRoom(world, region, pool), error: () => vcpuLimitExceeded(world) },
    { room: freeAddresses(world, subnetId), error: () => insufficientAddresses(subnetId) },
    { room: capacityOf(world, pool), error: () => insufficientCapacity(pool) },
  ];
  const short = limits.find(({ room }) => room < request.least);
  if (short) throw short.error();
  return Math.min(request.most, ...limits.map(({ room }) => room));
}

function rememberToken(world: World, { key, parametersHash }: LaunchToken, launched: InstanceRecord[]): void {
  const [first] = launched;
  if (key === null || !first) return;
  const { reservationId } = first;
  const instanceIds = launched.map((instance) => instance.instanceId);
  world.clientTokens.put(key, { parametersHash, reservationId, instanceIds, usedAt: world.clock.now() });
}

function repeatLaunch(world: World, used: TokenRecord): XmlObject {
  const now = world.clock.now();
  const instances = used.instanceIds
    .map((id) => world.instances.get(id))
    .filter((instance) => instance !== undefined);
  const live = instances.filter((instance) => {
    const state = stateAt(instance.powers, now);
    return state !== 'terminated' && state !== 'shutting-down';
  });
  if (live.length === 0) {
    throw new AwsError(
      'IdempotentInstanceTerminated',
      'The request to launch an instance uses the same client token as a previous request for which the instance has been ' +
        'terminated.',
    );
  }
  return reservationXml(world, instances, now);
}

interface Launch {
  region: string;
  count: number;
  clientToken: string;
}

function launchAll(
  world: World,
  request: LaunchRequest,
  { region, count, clientToken }: Launch,
): InstanceRecord[] {
  const reservationId = newResourceId('r');
  // One record for all: a host's user data is decoded once for as many hosts as share it.
  const userData = { base64: request.userData };
  const desktop = readDesktop(userData, request.image.system.platform);
  return Array.from({ length: count }, (_, launchIndex) => {
    const place = { reservationId, launchIndex, region, clientToken };
    const instance = newInstance(world, request, place);
    world.instances.put(instance.instanceId, instance);
    world.userData.put(instance.instanceId, userData);
    world.hosts.put(instance.instanceId, newHost(instance.instanceId, desktop?.passwordParameter ?? null));
    return instance;
  });
}

type Place = Pick<InstanceRecord, 'reservationId' | 'launchIndex' | 'region' | 'clientToken'>;

function newInstance(world: World, request: LaunchRequest, place: Place): InstanceRecord {
  world.lastOrdinal += 1;
  const { subnet, type, image, volume } = request;
  return {
    ...place,
    instanceId: newResourceId('i'),
    ordinal: world.lastOrdinal,
    imageId: image.imageId,
    instanceType: type.type,
    pastTypes: [],
    subnetId: subnet.subnetId,
    zone: request.zone,
    // The first four addresses of a subnet belong to AWS. Ordinals never repeat, so addresses do not either.
    privateIp: dottedAddress(subnet.baseAddress + 3 + world.lastOrdinal),
    networkInterfaceId: newResourceId('eni'),
    keyName: request.keyName,
    securityGroupIds: request.securityGroupIds,
    instanceProfileArn: request.instanceProfileArn,
    httpTokens: request.httpTokens,
    hibernationConfigured: request.hibernationConfigured,
    ebsOptimized: request.ebsOptimized,
    terminationProtected: request.terminationProtected,
    tags: request.instanceTags,
    volume: { ...volume, volumeId: newResourceId('vol') },
    powers: [startPower(world.clock.now(), world.delays, newUuid())],
  };
}

function newHost(instanceId: string, passwordParameter: string | null): HostRecord {
  return {
    instanceId,
    agent: 'ok',
    dcv: 'ok',
    gpuPercents: null,
    nvidiaSmi: 'ok',
    clockOffsetSeconds: 0,
    stopHangs: false,
    hibernation: 'ok',
    rebootIgnored: false,
    passwordParameter,
    passwordFetched: false,
    permissions: null,
    connections: [],
    lastConnectionNumber: 0,
    lastDisconnectedAt: null,
    disconnectionSteeredInBoot: null,
    activity: [],
  };
}
