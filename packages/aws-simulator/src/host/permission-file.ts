/** Who asks, and whose DCV session it is; both as the host names them. */
export interface Asking {
  username: string;
  owner: string;
  platform: 'linux' | 'windows';
}

/**
 * Whether a permission file allows somebody a feature, as the DCV Administrator Guide has it ("Adding permissions"): a `deny`
 * is final, a `disallow` holds until a later `allow`, and what no rule allows is not allowed. Groups have nobody in them here.
 */
export function permits(file: string, asking: Asking, feature: string): boolean {
  let allowed = false;
  for (const [actor = '', rule, ...features] of rulesIn(file)) {
    const applies = actsFor(actor, asking) && (features.includes(feature) || features.includes('builtin'));
    if (!applies) continue;
    if (rule === 'deny') return false;
    allowed = rule === 'allow';
  }
  return allowed;
}

/** Windows has accounts in any case, with their domain or without. */
export function isSameUser(one: string, other: string, platform: Asking['platform']): boolean {
  const plain = (name: string) => name.slice(name.lastIndexOf('\\') + 1).toLowerCase();
  return platform === 'windows' ? plain(one) === plain(other) : one === other;
}

function rulesIn(file: string): string[][] {
  let section = '';
  const rules: string[][] = [];
  for (const line of file.split(/\r?\n/)) {
    const words = line.split('#')[0]?.trim() ?? '';
    const heading = /^\[(.*)\]$/.exec(words)?.[1];
    if (heading !== undefined) section = heading;
    else if (section === 'permissions' && words !== '') rules.push(words.split(/\s+/));
  }
  return rules;
}

function actsFor(actor: string, { username, owner, platform }: Asking): boolean {
  if (actor === '%any%') return true;
  return isSameUser(actor === '%owner%' ? owner : actor, username, platform);
}
