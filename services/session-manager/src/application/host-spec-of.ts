import type { HostSpec } from '../domain/host-spec.ts';
import type { LaunchSpec } from './session-store.ts';

/** What a session's host is to be, out of the records of its launch. */
export function hostSpecOf(spec: LaunchSpec, passwordParameter: string | null): HostSpec {
  return {
    sessionId: spec.sessionId,
    owner: spec.owner,
    ownerUid: null,
    os: spec.os,
    baseOs: spec.baseOs,
    instanceType: spec.instanceType,
    sessionType: spec.sessionType,
    mounts: [],
    hookScript: null,
    passwordParameter,
  };
}
