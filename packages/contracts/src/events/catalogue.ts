import type { Static, TSchema } from 'typebox';
import {
  ConnectionAuthorizedData,
  ConnectionDeniedData,
  ShareGrantedData,
  ShareRevokedData,
  TokenIssuedData,
  UserDisabledData,
} from './access-events.ts';
import type { CloudEvent } from './envelope.ts';
import { ActivityObservedData, IdleDetectedData, IdleWarningData } from './idle-events.ts';
import { ImageAvailableData, ImageFailedData, ImageRequestedData } from './image-events.ts';
import {
  ExpiryAnnouncedData,
  KeepAliveRequestedData,
  ScheduleStartDueData,
  ScheduleStopDueData,
  ScheduleTickData,
  SessionScheduleChangedData,
  SessionSettingsChangedData,
  StoppedTooLongData,
  StopWarningData,
} from './schedule-events.ts';
import {
  SessionAutomaticChangeFailedData,
  SessionCommandRejectedData,
  SessionHibernationExpiringData,
  SessionIntentData,
  SessionRequestedData,
  SessionResizedData,
  SessionResizeRequestedData,
  SessionStateData,
  SessionStopRequestedData,
} from './session-events.ts';

/** Every event type with the schema of its data. Fields are only ever added within a version. */
export const eventCatalogue = {
  'deskfleet.session.requested.v1': SessionRequestedData,
  'deskfleet.session.start-requested.v1': SessionIntentData,
  'deskfleet.session.stop-requested.v1': SessionStopRequestedData,
  'deskfleet.session.reboot-requested.v1': SessionIntentData,
  'deskfleet.session.resize-requested.v1': SessionResizeRequestedData,
  'deskfleet.session.terminate-requested.v1': SessionIntentData,
  'deskfleet.session.schedule-changed.v1': SessionScheduleChangedData,
  'deskfleet.session.settings-changed.v1': SessionSettingsChangedData,
  'deskfleet.session.keep-alive-requested.v1': KeepAliveRequestedData,
  'deskfleet.session.provisioning.v1': SessionStateData,
  'deskfleet.session.starting.v1': SessionStateData,
  'deskfleet.session.running.v1': SessionStateData,
  'deskfleet.session.stopping.v1': SessionStateData,
  'deskfleet.session.stopped.v1': SessionStateData,
  'deskfleet.session.resized.v1': SessionResizedData,
  'deskfleet.session.hibernation-expiring.v1': SessionHibernationExpiringData,
  'deskfleet.session.terminating.v1': SessionStateData,
  'deskfleet.session.terminated.v1': SessionStateData,
  'deskfleet.session.failed.v1': SessionStateData,
  'deskfleet.session.command-rejected.v1': SessionCommandRejectedData,
  'deskfleet.session.automatic-change-failed.v1': SessionAutomaticChangeFailedData,
  'deskfleet.schedule.tick.v1': ScheduleTickData,
  'deskfleet.schedule.start-due.v1': ScheduleStartDueData,
  'deskfleet.schedule.stop-warning.v1': StopWarningData,
  'deskfleet.schedule.stop-due.v1': ScheduleStopDueData,
  'deskfleet.schedule.expiry-announced.v1': ExpiryAnnouncedData,
  'deskfleet.schedule.stopped-too-long.v1': StoppedTooLongData,
  'deskfleet.idle.activity-observed.v1': ActivityObservedData,
  'deskfleet.idle.warning.v1': IdleWarningData,
  'deskfleet.idle.detected.v1': IdleDetectedData,
  'deskfleet.image.requested.v1': ImageRequestedData,
  'deskfleet.image.available.v1': ImageAvailableData,
  'deskfleet.image.failed.v1': ImageFailedData,
  'deskfleet.access.token-issued.v1': TokenIssuedData,
  'deskfleet.access.connection-authorized.v1': ConnectionAuthorizedData,
  'deskfleet.access.connection-denied.v1': ConnectionDeniedData,
  'deskfleet.access.share-granted.v1': ShareGrantedData,
  'deskfleet.access.share-revoked.v1': ShareRevokedData,
  'deskfleet.access.user-disabled.v1': UserDisabledData,
} as const satisfies Record<string, TSchema>;

export type EventType = keyof typeof eventCatalogue;
export type EventData<T extends EventType> = Static<(typeof eventCatalogue)[T]>;
export type DeskfleetEvent<T extends EventType = EventType> = { [K in T]: CloudEvent<K, EventData<K>> }[T];

export const eventTypes = Object.keys(eventCatalogue) as EventType[];
