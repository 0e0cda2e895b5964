export {
  type DeskfleetEvent,
  type EventData,
  type EventType,
  eventCatalogue,
  eventTypes,
} from './events/catalogue.ts';
export { type CloudEvent, cloudEventsMediaType, EnvelopeSchema, envelopeOf } from './events/envelope.ts';
export { schemaNameOf, subjectFilterOf, subjectOf, subjectRoot } from './events/subjects.ts';
export * from './http/admin-permission-set.ts';
export * from './http/admin-profile.ts';
export * from './http/admin-project.ts';
export * from './http/admin-software-stack.ts';
export * from './http/admin-user.ts';
export * from './http/catalogue.ts';
export * from './http/history.ts';
export * from './http/image.ts';
export * from './http/internal-session-manager.ts';
export * from './http/internal-token.ts';
export * from './http/mount.ts';
export * from './http/permission-set.ts';
export * from './http/schedule.ts';
export * from './http/session.ts';
export * from './http/share.ts';
export { editDistance } from './names/edit-distance.ts';
export { type Problem, ProblemSchema } from './problems/problem.ts';
export { type ProblemCode, problemCodes } from './problems/problem-codes.ts';
export {
  type DefaultSchedule,
  type DefaultScheduleReading,
  readDefaultSchedule,
  workingWeek,
} from './schedule/default-schedule.ts';
export { effectiveOpen } from './schedule/effective-open.ts';
export { findScheduleFaults, whyNoTimeZone } from './schedule/find-schedule-faults.ts';
export {
  type Schedule,
  type ScheduleDay,
  ScheduleSchema,
  type ScheduleWindow,
  scheduleFields,
  type Weekday,
  weekdays,
  weekOf,
} from './schedule/schedule.ts';
export type { ScheduleFault } from './schedule/schedule-fault.ts';
export {
  lastTransition,
  nextTransition,
  scheduledAt,
  type Transition,
  transitions,
} from './schedule/scheduled-set.ts';
export { describeHours, describeInstant, summariseSchedule } from './schedule/summarise-schedule.ts';
export { isTimeZone, nearestTimeZones } from './schedule/time-zones.ts';
export {
  type Capability,
  type Command,
  type CommandContext,
  type CommandRefusal,
  type CommandVerdict,
  capabilities,
  capabilitiesOf,
  judgeCommand,
} from './session/command-rules.ts';
export { type ConnectionDenialReason, connectionDenials } from './session/connection-denials.ts';
export {
  type DcvFeature,
  dcvFeatures,
  isPermissionActor,
  type PermissionSet,
  standardPermissionSets,
} from './session/dcv-permissions.ts';
export {
  dcvUserName,
  type HostAccounts,
  type HostNaming,
  hostAccountName,
  hostAccountSources,
} from './session/host-account-name.ts';
export {
  type IdlePolicyOverrides,
  IdlePolicySchema,
  type IdleSignal,
  type IdleStatus,
  idleSignals,
  idleStatuses,
  unknownChecksToAlert,
} from './session/idle-policy.ts';
export { isSameAccount } from './session/is-same-account.ts';
export { SessionNameSchema } from './session/session-name.ts';
export * from './session/session-state.ts';
export {
  consoleWishes,
  externalCause,
  isKeptOff,
  laterWish,
  type PersonsWish,
  type Wish,
  wishfulIntentKinds,
  wishOfIntent,
  wishOfTransition,
} from './session/wishes-of-people.ts';
