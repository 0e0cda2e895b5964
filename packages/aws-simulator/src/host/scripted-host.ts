import type { InstanceRecord } from '../state/records.ts';
import { hostOf, type World } from '../state/world.ts';
import { disconnect } from './connections.ts';
import { type HostFacts, hostFacts } from './host-facts.ts';

/** A host as a script on it sees and changes it. */
export interface ScriptedHost {
  /** As it is now: what a command changes, the next one sees. */
  facts(): HostFacts;
  /** Replaces the permission file, unless one with a higher number came first. */
  replacePermissions(file: { text: string; number: number }): { overtakenBy: number } | null;
  /** False when there is no such connection, or DCV does not close it. */
  closeConnection(number: number): boolean;
}

export function scriptedHost(world: World, instance: InstanceRecord): ScriptedHost {
  const { instanceId } = instance;
  return {
    facts: () => hostFacts(world, instance),
    replacePermissions(file) {
      const host = hostOf(world, instanceId);
      const last = host.permissions?.number ?? 0;
      if (file.number < last) return { overtakenBy: last };
      world.hosts.put(instanceId, Object.assign(host, { permissions: file }));
      world.notifyHost(instanceId);
      return null;
    },
    closeConnection(number) {
      const host = hostOf(world, instanceId);
      if (host.dcv === 'keeps-connections') return false;
      const found = host.connections.find((connection) => connection.number === number);
      if (found) disconnect(world, instanceId, found.id);
      return found !== undefined;
    },
  };
}
