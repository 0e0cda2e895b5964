import { vpcId } from '../catalogue/network.ts';
import { AwsError } from '../http/aws-error.ts';
import { stateAt, stateCodes } from '../state/instance-power.ts';
import type { InstanceRecord } from '../state/records.ts';
import { describedAt, type Ec2Call, isVisible, requireInstances } from './ec2-call.ts';
import { compileFilters, type FilterValues, tagFilterValues } from './filters.ts';
import { reservationXml, typeAt } from './instance-xml.ts';
import { cutPage, instancePages, positionAfter } from './pages.ts';
import { filtersOf, textOf, textsOf } from './query-form.ts';
import type { XmlObject } from './xml.ts';

function filterValuesAt(at: number): FilterValues<InstanceRecord> {
  const stateOf = (instance: InstanceRecord) => stateAt(instance.powers, at) ?? 'pending';
  return (instance, filterName) => {
    switch (filterName) {
      case 'instance-id':
        return [instance.instanceId];
      case 'instance-state-name':
        return [stateOf(instance)];
      case 'instance-state-code':
        return [String(stateCodes[stateOf(instance)])];
      case 'client-token':
        return [instance.clientToken];
      case 'instance-type':
        return [typeAt(instance, at)];
      case 'image-id':
        return [instance.imageId];
      case 'availability-zone':
        return [instance.zone];
      case 'subnet-id':
        return [instance.subnetId];
      case 'vpc-id':
        return [vpcId];
      case 'private-ip-address':
        return [instance.privateIp];
      case 'reservation-id':
        return [instance.reservationId];
      default:
        return tagFilterValues(instance.tags, filterName);
    }
  };
}

type Test = (instance: InstanceRecord) => boolean;

// Filters come first: to know whether an instance is still visible costs more than most of them.
function* matchingInstances(call: Ec2Call, test: Test, at: number): Iterable<InstanceRecord> {
  const after = positionAfter(call.form);
  for (const instance of call.world.instances.values()) {
    if (instance.ordinal <= after || instance.region !== call.region) continue;
    if (test(instance) && isVisible(call.world, instance, at)) yield instance;
  }
}

function reservationsXml(call: Ec2Call, instances: Iterable<InstanceRecord>, at: number): XmlObject[] {
  const groups = Map.groupBy(instances, (instance) => instance.reservationId);
  return [...groups.values()].map((group) => reservationXml(call.world, group, at));
}

/** DescribeInstances: by ids (unpaged) or by filters, in pages of up to 1,000. */
export function describeInstances(call: Ec2Call): XmlObject {
  const { form, world } = call;
  const ids = textsOf(form, 'InstanceId');
  if (ids.length > 0 && textOf(form, 'MaxResults') !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const at = describedAt(world);
  const test = compileFilters(filtersOf(form), filterValuesAt(at));
  // Ids come in the order asked for; pages only exist without ids.
  if (ids.length > 0) {
    return { reservationSet: reservationsXml(call, requireInstances(call, ids, at).filter(test), at) };
  }
  const page = cutPage(
    form,
    matchingInstances(call, test, at),
    (instance) => instance.ordinal,
    instancePages,
  );
  return { reservationSet: reservationsXml(call, page.items, at), nextToken: page.nextToken };
}
