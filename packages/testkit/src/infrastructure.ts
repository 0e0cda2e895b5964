/** What the run's servers are reached by; handed from the global setup to every test file. */
export interface Infrastructure {
  /** URL of the server's owner, database `postgres`. */
  ownerUrl: string;
  natsUrl: string;
  /** The migrated database that each test database is cloned from. */
  templateDatabase: string;
  rolePrefix: string;
  rolePassword: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    infrastructure: Infrastructure;
  }
}
