import type { PowerAnswer } from '../../application/ports.ts';
import type { AwsFailureKind } from '../../domain/reasons.ts';
import { classifyAwsError, idsNamedIn } from './classify-aws-error.ts';

/** Refusals that concern single instances of a call. */
const partial: ReadonlySet<AwsFailureKind> = new Set([
  'not-found',
  'incorrect-state',
  'protected',
  'hibernation-unsupported',
  'type-not-offered',
  'invalid',
]);

/**
 * Start-, Stop- and TerminateInstances fail as a whole if one id is bad. Ids that AWS names in its error are set aside
 * and the rest is called again; where it names none, the list is halved. Throttling and capacity concern all alike, and
 * asking again in parts would only make it worse.
 */
export async function callInParts(
  instanceIds: string[],
  call: (ids: string[]) => Promise<unknown>,
): Promise<PowerAnswer> {
  if (instanceIds.length === 0) return { accepted: [], failed: [] };
  try {
    await call(instanceIds);
    return { accepted: instanceIds, failed: [] };
  } catch (error) {
    const failure = classifyAwsError(error);
    const concernsOne = partial.has(failure.kind);
    if (!concernsOne || instanceIds.length === 1) {
      return { accepted: [], failed: instanceIds.map((instanceId) => ({ instanceId, failure })) };
    }
    const named = idsNamedIn(failure.message, instanceIds);
    if (named.length > 0 && named.length < instanceIds.length) {
      const rest = instanceIds.filter((id) => !named.includes(id));
      const answer = await callInParts(rest, call);
      return {
        accepted: answer.accepted,
        failed: [...answer.failed, ...named.map((instanceId) => ({ instanceId, failure }))],
      };
    }
    const middle = Math.ceil(instanceIds.length / 2);
    const first = await callInParts(instanceIds.slice(0, middle), call);
    const second = await callInParts(instanceIds.slice(middle), call);
    return { accepted: [...first.accepted, ...second.accepted], failed: [...first.failed, ...second.failed] };
  }
}
