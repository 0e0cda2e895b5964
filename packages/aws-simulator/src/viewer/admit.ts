import { hostFacts } from '../host/host-facts.ts';
import { refusalOf } from '../host/refusal-of.ts';
import type { Desktop } from '../host/user-data.ts';
import { verifyToken } from '../host/verify-token.ts';
import { settleCommands } from '../ssm/commands.ts';
import type { InstanceRecord } from '../state/records.ts';
import { instanceByAddress, stateNow, type World } from '../state/world.ts';

export interface Admission {
  privateIp: string;
  /** The DCV session asked for. */
  sessionId: string;
  authToken: string;
  clientAddress: string;
}

export type Admitted =
  | { result: 'yes'; username: string; instance: InstanceRecord; desktop: Desktop }
  /** `status` is what a load balancer (404, 503) or a DCV server (401) would answer. */
  | { result: 'no'; message: string; status: 401 | 404 | 503 };

const notReady = 'The desktop is not running.';

/** Lets somebody in on a host, or says why not: the host must answer and know the session, its verifier say yes, and its
 * permission file allow it. */
export async function admit(world: World, request: Admission): Promise<Admitted> {
  const instance = instanceByAddress(world, request.privateIp);
  if (!instance || stateNow(world, instance) === 'terminated') {
    return { result: 'no', status: 404, message: 'There is no desktop at this address.' };
  }
  const { desktop, dcvReady } = hostFacts(world, instance);
  if (!dcvReady || desktop === null) return { result: 'no', status: 503, message: notReady };
  if (request.sessionId !== desktop.dcvSessionId) {
    return {
      result: 'no',
      status: 401,
      message: `The session ${request.sessionId} is not available on this host.`,
    };
  }
  const answer = await verifyToken({
    verifierUrl: desktop.tokenVerifier,
    localAddress: instance.privateIp,
    dcvSessionId: desktop.dcvSessionId,
    authToken: request.authToken,
    clientAddress: request.clientAddress,
  });
  world.logger.info(
    { instanceId: instance.instanceId, result: answer.result },
    'DCV host asked its token verifier',
  );
  if (answer.result === 'no') return { ...answer, status: 401 };
  // The answer took time: the host may be on its way down by now, or have been told who may use it.
  settleCommands(world);
  const facts = hostFacts(world, instance);
  if (!facts.dcvReady) return { result: 'no', status: 503, message: notReady };
  const refusal = refusalOf(facts, answer.username);
  if (refusal) return { result: 'no', status: 401, message: refusal.message };
  return { result: 'yes', username: answer.username, instance, desktop };
}
