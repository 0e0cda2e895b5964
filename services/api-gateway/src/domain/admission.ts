import type { OperatingSystem, ProblemCode, SessionType } from '@deskfleet/contracts';
import type { InstanceTypeFacts, InstanceTypeNeeds } from './instance-type-rules.ts';
import type { Fault } from './refusal.ts';

export interface ProjectFacts {
  id: string;
  name: string;
  enabled: boolean;
  /** Whether the caller is in it. */
  member: boolean;
}

/** A software stack with its profile's policy. */
export interface StackFacts extends InstanceTypeNeeds {
  id: string;
  name: string;
  os: OperatingSystem;
  minRootVolumeGiB: number;
  maxRootVolumeGiB: number;
  allowedSessionTypes: SessionType[];
  /** Empty: all of the deployment's. */
  allowedSubnets: string[];
  /** The projects that alone may use it; empty: everybody may. */
  projects: ProjectFacts[];
}

export interface SubnetFacts {
  id: string;
  zone: string;
}

/** What is known when a desktop is asked for. */
export interface AdmissionFacts {
  /** Whether the caller is an administrator. */
  administrator: boolean;
  /** Null when there is none of that id, or it is switched off. */
  stack: StackFacts | null;
  instanceType: PlacedInstanceType | null;
  /** Whether session-manager has read the instance types from EC2 at all. */
  instanceTypesKnown: boolean;
  /** All instance types, to name one that would do; null until a refusal wants to. */
  otherTypes: PlacedInstanceType[] | null;
  /** The deployment's subnets; empty until session-manager has read them. */
  subnets: SubnetFacts[];
  /** The project that the request names; null when there is none of that id. */
  project: ProjectFacts | null;
  /** The owner's sessions that are not terminated. */
  liveSessions: Record<OperatingSystem, number>;
  nameTaken: boolean;
}

export interface PlacedInstanceType extends InstanceTypeFacts {
  /** Availability Zones that offer it; empty: not known. */
  zones: string[];
}

/** Sessions that one owner may have at a time; stopped ones count. */
export type Quotas = Record<OperatingSystem, number>;

/** What stands in the way of a desktop. */
export interface AdmissionFault extends Fault {
  code: ProblemCode;
  /** Another instance type is a way out, so the sentence is to name the nearest one. */
  otherTypeHelps?: true;
}
