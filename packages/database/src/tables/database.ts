import type { ServiceSchema } from '../services.ts';
import type {
  AuditLogTable,
  IdempotencyKeysTable,
  ImagesTable,
  PermissionSetsTable,
  ProfilesTable,
  ProjectMembersTable,
  ProjectsTable,
  SessionIntentsTable,
  SessionsTable,
  SharesTable,
  SoftwareStackProjectsTable,
  SoftwareStacksTable,
  UsersTable,
} from './api-gateway-tables.ts';
import type { IdleStateTable } from './idle-monitor-tables.ts';
import type { LeasesTable } from './lease-tables.ts';
import type { DeadLettersTable, InboxTable, OutboxTable, RelayStateTable } from './messaging-tables.ts';
import type { AppliedSettingsTable, LastTickTable, ScheduleStateTable } from './scheduler-tables.ts';
import type {
  HostPermissionsTable,
  ImageProgressTable,
  InstanceTypesTable,
  LaunchAttemptsTable,
  SessionRuntimeTable,
  SessionTransitionsTable,
  SubnetsTable,
} from './session-manager-tables.ts';
import type { DcvConnectionsTable, DcvTokensTable, DeniedConnectionsTable } from './token-service-tables.ts';

type MessagingTables = { [S in ServiceSchema as `${S}.outbox`]: OutboxTable } & {
  [S in ServiceSchema as `${S}.inbox`]: InboxTable;
} & { [S in ServiceSchema as `${S}.dead_letters`]: DeadLettersTable } & {
  [S in ServiceSchema as `${S}.relay_state`]: RelayStateTable;
};

/** All tables, under their schema-qualified names: a query shows whose table it reads. */
export interface Database extends MessagingTables {
  'api_gateway.sessions': SessionsTable;
  'api_gateway.session_intents': SessionIntentsTable;
  'api_gateway.users': UsersTable;
  'api_gateway.profiles': ProfilesTable;
  'api_gateway.software_stacks': SoftwareStacksTable;
  'api_gateway.software_stack_projects': SoftwareStackProjectsTable;
  'api_gateway.projects': ProjectsTable;
  'api_gateway.project_members': ProjectMembersTable;
  'api_gateway.images': ImagesTable;
  'api_gateway.permission_sets': PermissionSetsTable;
  'api_gateway.shares': SharesTable;
  'api_gateway.idempotency_keys': IdempotencyKeysTable;
  'api_gateway.audit_log': AuditLogTable;
  'session_manager.session_runtime': SessionRuntimeTable;
  'session_manager.launch_attempts': LaunchAttemptsTable;
  'session_manager.session_transitions': SessionTransitionsTable;
  'session_manager.instance_types': InstanceTypesTable;
  'session_manager.subnets': SubnetsTable;
  'session_manager.images': ImageProgressTable;
  'session_manager.host_permissions': HostPermissionsTable;
  'session_manager.leases': LeasesTable;
  'scheduler.schedule_state': ScheduleStateTable;
  'scheduler.last_tick': LastTickTable;
  'scheduler.applied_settings': AppliedSettingsTable;
  'idle_monitor.idle_state': IdleStateTable;
  'idle_monitor.leases': LeasesTable;
  'token_service.dcv_tokens': DcvTokensTable;
  'token_service.dcv_connections': DcvConnectionsTable;
  'token_service.denied_connections': DeniedConnectionsTable;
}
