import { AwsError } from '../http/aws-error.ts';
import { dottedAddress, newResourceId, newUuid } from '../state/identifiers.ts';
import { startPower, stateAt } from '../state/instance-power.ts';
import type { InstanceRecord, TokenRecord } from '../state/records.ts';
import { saveSettings, type World } from '../state/world.ts';
import { checkCapacity } from './capacity.ts';
import type { Ec2Call } from './ec2-call.ts';
import { reservationXml } from './instance-xml.ts';
import { type LaunchRequest, readLaunchRequest } from './run-instances-request.ts';
import type { XmlObject } from './xml.ts';

/** RunInstances. A client token is zonal: the same token in another zone launches again. */
export function runInstances(call: Ec2Call): XmlObject {
  const { world, region } = call;
  const request = readLaunchRequest(call);
  const tokenKey = `${region}|${request.zone}|${request.clientToken}`;
  const used = request.clientToken === '' ? undefined : world.clientTokens.get(tokenKey);
  if (used) return repeatLaunch(world, request, used);

  checkCapacity(world.faults.noCapacity, request.type.type, request.zone);
  const reservationId = newResourceId('r');
  const instances: InstanceRecord[] = [];
  for (let index = 0; index < request.count; index += 1) {
    instances.push(launch(world, request, { reservationId, launchIndex: index, region }));
  }
  saveSettings(world);
  if (request.clientToken !== '') {
    const instanceIds = instances.map((instance) => instance.instanceId);
    const { parametersHash } = request;
    world.clientTokens.put(tokenKey, {
      parametersHash,
      reservationId,
      instanceIds,
      usedAt: world.clock.now(),
    });
  }
  return reservationXml(instances, world.clock.now());
}

function repeatLaunch(world: World, request: LaunchRequest, used: TokenRecord): XmlObject {
  if (used.parametersHash !== request.parametersHash) {
    throw new AwsError(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    );
  }
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
  return reservationXml(instances, now);
}

interface LaunchPlace {
  reservationId: string;
  launchIndex: number;
  region: string;
}

function launch(world: World, request: LaunchRequest, place: LaunchPlace): InstanceRecord {
  world.lastOrdinal += 1;
  const instanceId = newResourceId('i');
  const { instanceTags, subnet, type, image, volume, userData } = request;
  const instance: InstanceRecord = {
    ...place,
    instanceId,
    ordinal: world.lastOrdinal,
    imageId: image.imageId,
    instanceType: type.type,
    subnetId: subnet.subnetId,
    zone: request.zone,
    // The first four addresses of a subnet belong to AWS. Ordinals never repeat, so addresses do not either.
    privateIp: dottedAddress(subnet.baseAddress + 3 + world.lastOrdinal),
    networkInterfaceId: newResourceId('eni'),
    clientToken: request.clientToken,
    keyName: request.keyName,
    securityGroupIds: request.securityGroupIds,
    instanceProfileArn: request.instanceProfileArn,
    httpTokens: request.httpTokens,
    hibernationConfigured: request.hibernationConfigured,
    ebsOptimized: request.ebsOptimized,
    tags: instanceTags,
    volume: { ...volume, volumeId: newResourceId('vol') },
    powers: [startPower(world.clock.now(), world.delays, newUuid())],
  };
  world.instances.put(instanceId, instance);
  world.userData.put(instanceId, { base64: userData });
  world.hosts.put(instanceId, {
    instanceId,
    agent: 'ok',
    dcv: 'ok',
    stopHangs: false,
    connections: [],
    lastDisconnectedAt: null,
    activity: [],
  });
  return instance;
}
