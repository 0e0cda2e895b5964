import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newUuid } from '../state/identifiers.ts';
import { forgetGoneInstances, type World } from '../state/world.ts';
import { AwsError } from './aws-error.ts';
import { type AwsRequest, type RenderedAnswer, readAwsRequest, renderUnknown } from './aws-request.ts';
import type { CallCounts } from './call-counts.ts';
import { losesResponse, throwSteeredError } from './faults.ts';
import type { TokenBuckets } from './token-buckets.ts';

export interface EndpointParts {
  world: World;
  counts: CallCounts;
  buckets: TokenBuckets;
}

// AWS4-HMAC-SHA256 Credential=KEY/20261122/us-east-1/ec2/aws4_request, SignedHeaders=…, Signature=…
const credentialScope =
  /^AWS4-HMAC-SHA256 .*Credential=[^/]+\/\d{8}\/(?<region>[a-z0-9-]+)\/[a-z0-9-]+\/aws4_request/;

/** The region of the credential scope. Whoever signs at all is let in: the simulator holds no keys to check with. */
function readRegion(request: FastifyRequest): string {
  const region = credentialScope.exec(request.headers.authorization ?? '')?.groups?.region;
  if (region !== undefined) return region;
  throw new AwsError('AuthFailure', 'AWS was not able to validate the provided access credentials');
}

async function perform(parts: EndpointParts, call: AwsRequest, request: FastifyRequest): Promise<object> {
  const { world, counts, buckets } = parts;
  if (world.faults.latencyMs > 0) await pause(world.faults.latencyMs);
  const region = readRegion(request);
  counts.called(call.api, call.instances);
  if (call.throttle && world.faults.throttling) {
    buckets.take(
      { api: call.api, region, paged: call.throttle.paged, instances: call.instances },
      world.clock.now(),
    );
  }
  throwSteeredError(world, call.api, call.instanceIds);
  forgetGoneInstances(world);
  return call.run(world, region);
}

function toAwsError(world: World, error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  world.logger.error({ err: error }, 'a simulated AWS call failed unexpectedly');
  return new AwsError('InternalError', 'An internal error has occurred');
}

function send(reply: FastifyReply, requestId: string, answer: RenderedAnswer): FastifyReply {
  return reply
    .code(answer.status)
    .headers({ ...answer.headers, 'x-amzn-requestid': requestId })
    .type(answer.contentType)
    .send(answer.body);
}

async function answerCall(
  parts: EndpointParts,
  call: AwsRequest,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { world, counts } = parts;
  const requestId = newUuid();
  try {
    const body = await perform(parts, call, request);
    const lost = losesResponse(world, call.api);
    // What was accepted must outlive this process before the caller hears of it.
    await world.store.flush();
    if (lost) return loseResponse(parts, call.api, request, reply);
    return send(reply, requestId, call.renderAnswer(body, requestId));
  } catch (error) {
    const awsError = toAwsError(world, error);
    counts.refused(call.api, awsError.code);
    await world.store.flush();
    return send(reply, requestId, call.renderError(awsError, requestId));
  }
}

function loseResponse(
  parts: EndpointParts,
  api: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  parts.counts.lost(api);
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

/** `POST /`: EC2, SSM and CloudWatch on one address, told apart as the services themselves would be by their hosts. */
export function registerAwsEndpoint(app: FastifyInstance, parts: EndpointParts): void {
  app.post('/', async (request, reply) => {
    let call: AwsRequest;
    try {
      call = readAwsRequest(request);
    } catch (error) {
      const requestId = newUuid();
      return send(reply, requestId, renderUnknown(toAwsError(parts.world, error), requestId));
    }
    return answerCall(parts, call, request, reply);
  });
}
