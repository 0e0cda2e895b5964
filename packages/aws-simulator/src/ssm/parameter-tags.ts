import { AwsError } from '../http/aws-error.ts';
import {
  type JsonCall,
  type JsonInput,
  jsonObjects,
  jsonText,
  requiredJsonText,
} from '../http/json-input.ts';
import type { ParameterRecord } from '../state/records.ts';
import { parameterKey } from '../state/world.ts';

// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html
const maximumTags = 50;

/** The `Tags` of a request. */
export function readParameterTags(input: JsonInput): Record<string, string> {
  const tags = jsonObjects(input, 'Tags').map((tag) => [
    requiredJsonText(tag, 'Key'),
    jsonText(tag, 'Value') ?? '',
  ]);
  return Object.fromEntries(tags);
}

/** Of all that SSM can tag, the simulator has parameters. */
function taggedParameter({ world, input, region }: JsonCall): ParameterRecord {
  const resourceType = requiredJsonText(input, 'ResourceType');
  if (resourceType !== 'Parameter') {
    throw new AwsError('InvalidResourceType', `The resource type ${resourceType} is not valid.`);
  }
  const name = requiredJsonText(input, 'ResourceId');
  const parameter = world.parameters.get(parameterKey(region, name));
  if (parameter) return parameter;
  throw new AwsError('InvalidResourceId', `The resource ID ${name} is not valid.`);
}

/** AddTagsToResource, for parameters. */
export function addTagsToResource(call: JsonCall): object {
  const parameter = taggedParameter(call);
  const tags = { ...parameter.tags, ...readParameterTags(call.input) };
  if (Object.keys(tags).length > maximumTags) {
    throw new AwsError('TooManyTagsError', `A parameter can have at most ${maximumTags} tags.`);
  }
  call.world.parameters.put(parameterKey(call.region, parameter.name), { ...parameter, tags });
  return {};
}

/** ListTagsForResource, for parameters. */
export function listTagsForResource(call: JsonCall): object {
  const { tags } = taggedParameter(call);
  return { TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}
