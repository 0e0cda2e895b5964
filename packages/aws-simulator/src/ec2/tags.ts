import { AwsError } from '../http/aws-error.ts';
import type { InstanceRecord } from '../state/records.ts';
import { type Ec2Call, requireInstances } from './ec2-call.ts';
import { type FormObject, objectsOf, requiredText, textOf, textsOf } from './query-form.ts';
import type { XmlObject, XmlValue } from './xml.ts';

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
const maximumTags = 50;
const maximumKeyLength = 128;
const maximumValueLength = 256;

function checkTag(key: string, value: string): void {
  if (key.toLowerCase().startsWith('aws:')) {
    throw new AwsError(
      'InvalidParameterValue',
      `Tag keys starting with 'aws:' are reserved for internal use`,
    );
  }
  if (key.length > maximumKeyLength) {
    throw new AwsError(
      'InvalidParameterValue',
      `Tag key exceeds the maximum length of ${maximumKeyLength} characters`,
    );
  }
  if (value.length > maximumValueLength) {
    throw new AwsError(
      'InvalidParameterValue',
      `Tag value exceeds the maximum length of ${maximumValueLength} characters`,
    );
  }
}

/** Reads `Tag.n.Key` and `Tag.n.Value` of a request, checked as EC2 does. */
export function readTags(form: FormObject): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const tag of objectsOf(form, 'Tag')) {
    const key = requiredText(tag, 'Key');
    const value = textOf(tag, 'Value') ?? '';
    checkTag(key, value);
    tags[key] = value;
  }
  return checkTagCount(tags);
}

function checkTagCount(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length <= maximumTags) return tags;
  throw new AwsError('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
}

export function tagsXml(tags: Record<string, string>): XmlValue {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

interface Taggable {
  instance: InstanceRecord;
  owner: { tags: Record<string, string> };
}

function findTaggable(call: Ec2Call, id: string): Taggable {
  if (id.startsWith('i-')) {
    const [instance] = requireInstances(call, [id], call.world.clock.now());
    if (instance) return { instance, owner: instance };
  }
  for (const instance of call.world.instances.values()) {
    if (instance.volume.volumeId === id) return { instance, owner: instance.volume };
  }
  if (id.startsWith('vol-'))
    throw new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
}

/** CreateTags on instances and volumes: all of the named resources or none. */
export function createTags(call: Ec2Call): XmlObject {
  const tags = readTags(call.form);
  const resources = textsOf(call.form, 'ResourceId').map((id) => findTaggable(call, id));
  for (const { owner } of resources) checkTagCount({ ...owner.tags, ...tags });
  for (const { instance, owner } of resources) {
    owner.tags = { ...owner.tags, ...tags };
    call.world.instances.put(instance.instanceId, instance);
  }
  return { return: true };
}
