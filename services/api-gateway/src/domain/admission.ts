import type { OperatingSystem, SessionType } from '@deskfleet/contracts';
import type { InstanceTypeFacts, InstanceTypeNeeds, InstanceTypeOffer } from './instance-type-rules.ts';
import type { CodedFault } from './refusal.ts';
import type { SchedulePolicy } from './schedule-policy.ts';
import type { StackProject } from './stack-visibility.ts';

/** What a software stack and its profile ask of an instance type; the deployment's offer is asked for beside it. */
export type StackNeeds = Omit<InstanceTypeNeeds, keyof InstanceTypeOffer | 'zones'>;

/** A software stack with its profile's policy. */
export interface StackFacts extends StackNeeds {
  id: string;
  name: string;
  allowedSessionTypes: SessionType[];
  /** Empty: all of the deployment's. */
  allowedSubnets: string[];
  /** The projects that alone may use it; empty: everybody may. */
  projects: StackProject[];
  /** Users may choose when their desktops run. */
  usersMayChangeSchedule: boolean;
  /** Desktops are stopped when their hours close. */
  stopAtClose: boolean;
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
  instanceType: InstanceTypeFacts | null;
  /** Whether session-manager has read the instance types from EC2 at all. */
  instanceTypesKnown: boolean;
  /** All instance types, to name one that would do; null until a refusal wants to. */
  otherTypes: InstanceTypeFacts[] | null;
  /** The deployment's subnets; empty until session-manager has read them. */
  subnets: SubnetFacts[];
  /** The project that the request names; null when there is none of that id. */
  project: StackProject | null;
  /** The owner's sessions that are not terminated. */
  liveSessions: Record<OperatingSystem, number>;
  nameTaken: boolean;
  /** The owner's own time zone; null: they have not said it. */
  timezone: string | null;
}

/** Sessions that one owner may have at a time; stopped ones count. */
export type Quotas = Record<OperatingSystem, number>;

/** What the deployment allows. */
export interface AdmissionPolicy {
  quotas: Quotas;
  offer: InstanceTypeOffer;
  schedules: SchedulePolicy;
}

/** What stands in the way of a desktop. */
export interface AdmissionFault extends CodedFault {
  /** Another instance type is a way out, so the sentence is to name the nearest one. */
  otherTypeHelps?: true;
}
