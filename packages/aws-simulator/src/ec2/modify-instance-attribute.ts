import { instanceTypes } from '../catalogue/instance-types.ts';
import { AwsError } from '../http/aws-error.ts';
import { isHibernated } from '../state/change-power.ts';
import { findImage } from '../state/images.ts';
import type { InstanceRecord } from '../state/records.ts';
import { stateNow, type World } from '../state/world.ts';
import { type Ec2Call, requireInstances } from './ec2-call.ts';
import { requireOffered } from './offerings.ts';
import { type FormObject, flagOf, objectOf, requiredText, textOf } from './query-form.ts';
import type { XmlObject } from './xml.ts';

// Of a Describe that lags, only the latest changes can still matter.
const keptPastTypes = 5;

function checkStopped(world: World, instance: InstanceRecord): void {
  // A hibernated instance is shown as stopped, and is not taken for it here.
  const now = world.clock.now();
  if (stateNow(world, instance) === 'stopped' && !isHibernated(instance, now)) return;
  throw new AwsError(
    'IncorrectInstanceState',
    `The instance '${instance.instanceId}' is not in the 'stopped' state.`,
  );
}

function checkType(world: World, instance: InstanceRecord, name: string): void {
  const type = instanceTypes.get(name);
  if (!type) {
    throw new AwsError('InvalidInstanceAttributeValue', `Invalid value '${name}' for InstanceType.`);
  }
  if (instance.hibernationConfigured) {
    throw new AwsError(
      'UnsupportedOperation',
      `The instance type of '${instance.instanceId}' cannot be changed because the instance is enabled for hibernation.`,
    );
  }
  const architecture = findImage(world, instance.imageId)?.architecture;
  if (type.architecture !== architecture) {
    throw new AwsError(
      'InvalidInstanceAttributeValue',
      `'${name}' is not a valid instance type for instance '${instance.instanceId}' of architecture '${architecture}'.`,
    );
  }
  requireOffered(world, type, instance.zone);
}

function changeType(world: World, instance: InstanceRecord, name: string): void {
  checkStopped(world, instance);
  checkType(world, instance, name);
  const past = { instanceType: instance.instanceType, until: world.clock.now() };
  instance.pastTypes = [...instance.pastTypes, past].slice(-keptPastTypes);
  instance.instanceType = name;
}

/** Both forms of the request: `InstanceType.Value`, and `Attribute` with `Value`. */
function attributesOf(form: FormObject): FormObject {
  const attribute = textOf(form, 'Attribute');
  const values: FormObject = attribute === undefined ? {} : { [attribute]: form };
  for (const name of ['instanceType', 'disableApiTermination']) {
    const given = objectOf(form, name.charAt(0).toUpperCase() + name.slice(1));
    if (given.Value !== undefined) values[name] = given;
  }
  return values;
}

/** ModifyInstanceAttribute of the instance type, or of termination protection: one attribute a call. */
export function modifyInstanceAttribute(call: Ec2Call): XmlObject {
  const { world, form } = call;
  const id = requiredText(form, 'InstanceId');
  const [instance] = requireInstances(call, [id], world.clock.now());
  const attributes = attributesOf(form);
  const [name, ...others] = Object.keys(attributes);
  if (!instance || name === undefined) {
    throw new AwsError('InvalidParameterCombination', 'No attributes specified.');
  }
  if (others.length > 0) {
    const names = [name, ...others].join(', ');
    throw new AwsError(
      'InvalidParameterCombination',
      `Fields for multiple attribute types specified: ${names}`,
    );
  }
  const value = objectOf(attributes, name);
  if (name === 'instanceType') changeType(world, instance, requiredText(value, 'Value'));
  else if (name === 'disableApiTermination') {
    instance.terminationProtected = flagOf(value, 'Value') ?? false;
  } else {
    throw new AwsError('InvalidParameterValue', `Value (${name}) for parameter attribute is invalid.`);
  }
  world.instances.put(id, instance);
  return { return: true };
}
