/** The name of the owner's account on a Windows host: its per-session local administrator. */
export function windowsAccountOf(owner: string): string {
  return owner;
}
