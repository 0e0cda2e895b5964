/** The same server's URL with another database or login. */
export function databaseUrl(
  serverUrl: string,
  change: { database?: string; user?: string; password?: string },
): string {
  const url = new URL(serverUrl);
  if (change.database) url.pathname = `/${change.database}`;
  if (change.user) url.username = change.user;
  if (change.password) url.password = change.password;
  return url.href;
}
