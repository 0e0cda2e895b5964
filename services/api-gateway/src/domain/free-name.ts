/** As long as names may be (contracts, SessionNameSchema). */
const longestName = 64;

/**
 * The wanted name, or with the next number behind it that makes it free: `CFD tools 2`. `taken` are names in lower case,
 * as names that differ in their case only are the same to people.
 */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted.toLowerCase())) return wanted;
  for (let number = 2; ; number++) {
    const suffix = ` ${number}`;
    const name = wanted.slice(0, longestName - suffix.length).trimEnd() + suffix;
    if (!taken.has(name.toLowerCase())) return name;
  }
}
