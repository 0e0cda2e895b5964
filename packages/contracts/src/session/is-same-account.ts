/** Whether two names may be of one account on a host: Windows writes accounts with or without their domain, in any case. */
export function isSameAccount(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1).toLowerCase();
}
