import type { HostSpec } from '../domain/host-spec.ts';
import type { LaunchParts } from './launch-parts.ts';

/** What a session's host is to be, out of the records of its launch and the place that was chosen. */
export function hostSpecOf({ spec, place, passwordParameter }: LaunchParts): HostSpec {
  return {
    sessionId: spec.sessionId,
    owner: spec.owner,
    ownerUid: spec.ownerUid,
    os: spec.os,
    baseOs: spec.baseOs,
    instanceType: place.instanceType,
    sessionType: spec.sessionType,
    mounts: spec.mounts,
    hookScript: spec.hookScript,
    passwordParameter,
  };
}
