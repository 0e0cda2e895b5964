export {
  type ConnectOptions,
  connectDatabase,
  type DatabaseConnection,
  type DatabaseTransaction,
} from './connect-database.ts';
export { foreignReads } from './grants.ts';
export { createLease, type Lease, leaseHolderOf } from './lease.ts';
export { lockOwner, lockSession } from './locks.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export { prepared } from './prepared.ts';
export { roleNameOf, type ServiceSchema, serviceSchemas } from './services.ts';
export type * from './tables/api-gateway-tables.ts';
export type { Database } from './tables/database.ts';
export type * from './tables/idle-monitor-tables.ts';
export type * from './tables/messaging-tables.ts';
export type * from './tables/session-manager-tables.ts';
export type * from './tables/token-service-tables.ts';
export { transact } from './transact.ts';
export { waitForSchema } from './wait-for-schema.ts';
