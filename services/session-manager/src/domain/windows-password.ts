/**
 * One string a class of Windows's complexity rule. Left out is what people confuse when they read a password aloud (I, l, 1,
 * O, o, 0) and what shells, XML and registry files give a meaning of their own.
 */
const classes = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789', '#*+-=?@'];
const alphabet = classes.join('');
/** 28 of 63 characters are 167 bits. */
const length = 28;
/** About one draw in fifteen is refused; a hundred in a row come from a broken source of chance only. */
const mostDraws = 100;

/**
 * A password for `account` that Windows accepts. `pick` gives a whole number below its argument, each equally likely; drawing
 * again until the rules are met keeps all passwords that meet them equally likely.
 */
export function drawWindowsPassword(pick: (bound: number) => number, account: string): string {
  for (let draw = 0; draw < mostDraws; draw++) {
    const password = Array.from({ length }, () => alphabet[pick(alphabet.length)] ?? '').join('');
    if (isAcceptedByWindows(password, account)) return password;
  }
  throw new Error(
    `Of ${mostDraws} random passwords Windows would accept none: the source of chance is broken.`,
  );
}

/**
 * "Password must meet complexity requirements" (Windows security policy settings), stricter: all four classes instead of
 * three. Names shorter than three characters are not looked for.
 */
export function isAcceptedByWindows(password: string, account: string): boolean {
  const text = password.toLowerCase();
  const names = [account, ...account.split(/[,.\-_ #\t]/)].filter((name) => name.length > 2);
  return (
    classes.every((characters) => [...characters].some((character) => password.includes(character))) &&
    !names.some((name) => text.includes(name.toLowerCase()))
  );
}
