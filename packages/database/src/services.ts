/** The services that own tables. Each has a schema and a login role of its own. */
export const serviceSchemas = [
  'api_gateway',
  'session_manager',
  'token_service',
  'scheduler',
  'idle_monitor',
] as const;
export type ServiceSchema = (typeof serviceSchemas)[number];

/** `deskfleet` + `api_gateway` → `deskfleet_api_gateway`: roles belong to the whole server, so deployments need a prefix. */
export function roleNameOf(schema: ServiceSchema, rolePrefix: string): string {
  return `${rolePrefix}_${schema}`;
}
