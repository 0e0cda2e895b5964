/** Windows writes accounts with or without their domain, and in any case. */
export function isSameAccount(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1).toLowerCase();
}
