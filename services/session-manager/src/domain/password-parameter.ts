/** Length of the random part of a name, in bytes: 128 bits. */
export const secretPartBytes = 16;

/**
 * The SSM parameter with the password of a Windows desktop. All desktops have the same instance profile, so each could read
 * the parameters of the others if it knew their names: it knows its own only (from its user data), may list none, and the
 * random part keeps it from guessing (docs/adr/0009-passwords-under-names-nobody-guesses.md).
 */
export function passwordParameterOf(clusterId: string, sessionId: string, secretPart: string): string {
  return `/deskfleet/${clusterId}/${sessionId}/${secretPart}/windows-password`;
}
