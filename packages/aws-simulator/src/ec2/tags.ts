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
function readTags(form: FormObject): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const tag of objectsOf(form, 'Tag')) {
    const key = requiredText(tag, 'Key');
    const value = textOf(tag, 'Value') ?? '';
    checkTag(key, value);
    tags[key] = value;
  }
  return checkTagCount(tags);
}

/** The tags that `TagSpecification.n` gives to new resources of a type. */
export function specifiedTags(form: FormObject, resourceType: string): Record<string, string> {
  const specification = objectsOf(form, 'TagSpecification').find(
    (candidate) => textOf(candidate, 'ResourceType') === resourceType,
  );
  return specification ? readTags(specification) : {};
}

function checkTagCount(tags: Record<string, string>): Record<string, string> {
  if (Object.keys(tags).length <= maximumTags) return tags;
  throw new AwsError('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
}

export function tagsXml(tags: Record<string, string>): XmlValue {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** A resource that can be tagged, and how its record is kept when it was. */
interface Taggable {
  tags: Record<string, string>;
  retag(tags: Record<string, string>): void;
}

function taggableInstance({ world }: Ec2Call, instance: InstanceRecord): Taggable {
  return {
    tags: instance.tags,
    retag: (tags) => world.instances.put(instance.instanceId, Object.assign(instance, { tags })),
  };
}

function taggableVolume({ world }: Ec2Call, id: string): Taggable {
  for (const instance of world.instances.values()) {
    const { volume } = instance;
    if (volume.volumeId !== id) continue;
    const retag = (tags: Record<string, string>) =>
      world.instances.put(instance.instanceId, Object.assign(instance, { volume: { ...volume, tags } }));
    return { tags: volume.tags, retag };
  }
  throw new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
}

function taggableImage({ world, region }: Ec2Call, id: string): Taggable {
  const made = world.images.get(id);
  if (made?.region !== region) {
    throw new AwsError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
  }
  return { tags: made.tags, retag: (tags) => world.images.put(id, { ...made, tags }) };
}

function findTaggable(call: Ec2Call, id: string): Taggable {
  if (id.startsWith('vol-')) return taggableVolume(call, id);
  if (id.startsWith('ami-')) return taggableImage(call, id);
  const [instance] = id.startsWith('i-') ? requireInstances(call, [id], call.world.clock.now()) : [];
  if (instance) return taggableInstance(call, instance);
  throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
}

/** CreateTags on instances, volumes and one's own images: all of the named resources or none. */
export function createTags(call: Ec2Call): XmlObject {
  const tags = readTags(call.form);
  const resources = textsOf(call.form, 'ResourceId').map((id) => findTaggable(call, id));
  for (const resource of resources) checkTagCount({ ...resource.tags, ...tags });
  for (const resource of resources) resource.retag({ ...resource.tags, ...tags });
  return { return: true };
}
