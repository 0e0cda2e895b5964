import type { FastifyRequest } from 'fastify';
import { cloudWatchActions } from '../cloudwatch/cloudwatch-api.ts';
import { ec2Actions, renderEc2Answer, renderEc2Error } from '../ec2/ec2-api.ts';
import {
  type FormObject,
  flagOf,
  integerOf,
  listOf,
  parseQueryForm,
  textOf,
  textsOf,
} from '../ec2/query-form.ts';
import { ssmActions } from '../ssm/ssm-api.ts';
import type { World } from '../state/world.ts';
import { AwsError } from './aws-error.ts';
import { isRecord, type JsonAction, type JsonInput } from './json-input.ts';

export interface RenderedAnswer {
  status: number;
  contentType: string;
  body: string;
  headers?: Record<string, string>;
}

/** A request to one of the three services, decoded as far as its API's name. */
export interface AwsRequest {
  api: string;
  /** Instance ids named, or instances asked for. */
  instances: number;
  /** The instances named. */
  instanceIds: string[];
  /** EC2's buckets distinguish paged or filtered reads from those by id; other services are not throttled here. */
  throttle: { paged: boolean } | null;
  run(world: World, region: string): object;
  renderAnswer(body: object, requestId: string): RenderedAnswer;
  renderError(error: AwsError, requestId: string): RenderedAnswer;
}

const xml = 'text/xml;charset=UTF-8';

function ec2ErrorAnswer(error: AwsError, requestId: string): RenderedAnswer {
  return {
    status: error.status,
    contentType: xml,
    body: renderEc2Error(error.code, error.message, requestId),
  };
}

function instancesAsked(api: string, form: FormObject): number {
  if (api === 'RunInstances') return integerOf(form, 'MaxCount') ?? 1;
  return listOf(form, 'InstanceId').length;
}

// CreateTags names any kind of resource by id.
const instanceIdsOf = (form: FormObject) => [...textsOf(form, 'InstanceId'), ...textsOf(form, 'ResourceId')];

function ec2Request(body: Record<string, unknown>): AwsRequest {
  const form = parseQueryForm(body);
  const api = textOf(form, 'Action') ?? '';
  const paged = form.MaxResults !== undefined || form.NextToken !== undefined || form.Filter !== undefined;
  return {
    api,
    instances: instancesAsked(api, form),
    instanceIds: instanceIdsOf(form),
    throttle: { paged },
    run: (world, region) => {
      const action = ec2Actions.get(api);
      if (!action)
        throw new AwsError('InvalidAction', `The action ${api} is not valid for this web service.`);
      if (flagOf(form, 'DryRun')) {
        throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
      }
      return action({ world, form, region });
    },
    // Handlers of EC2 actions return XML trees; the one cast keeps this interface common to all services.
    renderAnswer: (answer, requestId) => ({
      status: 200,
      contentType: xml,
      body: renderEc2Answer(api, requestId, { ...answer }),
    }),
    renderError: ec2ErrorAnswer,
  };
}

interface JsonService {
  actions: ReadonlyMap<string, JsonAction>;
  contentType: string;
  /** CloudWatch moved from the Query protocol and still names its old error codes in a header. */
  queryErrors: boolean;
}

const jsonServices: Readonly<Record<string, JsonService>> = {
  AmazonSSM: { actions: ssmActions, contentType: 'application/x-amz-json-1.1', queryErrors: false },
  GraniteServiceVersion20100801: {
    actions: cloudWatchActions,
    contentType: 'application/x-amz-json-1.0',
    queryErrors: true,
  },
};

// JSON services have their own names for what EC2 calls otherwise.
const jsonCodes: Readonly<Record<string, string>> = {
  AuthFailure: 'UnrecognizedClientException',
  UnauthorizedOperation: 'AccessDeniedException',
  RequestLimitExceeded: 'ThrottlingException',
};

function jsonErrorAnswer(service: JsonService, error: AwsError): RenderedAnswer {
  const code = jsonCodes[error.code] ?? error.code;
  const status = jsonCodes[error.code] ? 400 : error.status;
  const sender = status < 500 ? 'Sender' : 'Receiver';
  return {
    status,
    contentType: service.contentType,
    headers: service.queryErrors ? { 'x-amzn-query-error': `${code};${sender}` } : {},
    body: JSON.stringify({ __type: code, message: error.message, Message: error.message }),
  };
}

function instancesNamed(input: JsonInput): number {
  if (Array.isArray(input.InstanceIds)) return input.InstanceIds.length;
  return Array.isArray(input.MetricDataQueries) ? input.MetricDataQueries.length : 0;
}

function jsonInstanceIds({ InstanceId, InstanceIds }: JsonInput): string[] {
  const named = Array.isArray(InstanceIds) ? InstanceIds : [InstanceId];
  return named.filter((id) => typeof id === 'string');
}

function jsonRequest(target: string, body: unknown): AwsRequest {
  const [serviceName = '', api = ''] = target.split('.');
  const service = jsonServices[serviceName];
  if (!service) throw new AwsError('UnknownOperationException', `No service for the target ${target}.`);
  const input = isRecord(body) ? body : {};
  return {
    api,
    instances: instancesNamed(input),
    instanceIds: jsonInstanceIds(input),
    throttle: null,
    run: (world, region) => {
      const action = service.actions.get(api);
      if (!action) throw new AwsError('UnknownOperationException', `The operation ${api} is unknown.`);
      return action({ world, input, region });
    },
    renderAnswer: (answer) => ({
      status: 200,
      contentType: service.contentType,
      body: JSON.stringify(answer),
    }),
    renderError: (error) => jsonErrorAnswer(service, error),
  };
}

/** Which service and API a request is for: JSON services name it in a header, EC2 in the form. */
export function readAwsRequest(request: FastifyRequest): AwsRequest {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return jsonRequest(target, request.body);
  return ec2Request(isRecord(request.body) ? request.body : {});
}

/** What a request gets that is for no known service. */
export function renderUnknown(error: AwsError, requestId: string): RenderedAnswer {
  return ec2ErrorAnswer(error, requestId);
}
