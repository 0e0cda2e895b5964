/** Who makes a request, as a verified token says. */
export interface Principal {
  name: string;
  displayName: string | null;
  email: string | null;
  administrator: boolean;
  /** When the token ends, in milliseconds since 1970. */
  expiresAt: number;
}

/** Which claims of a token say who somebody is. */
export interface ClaimRules {
  usernameClaim: string;
  adminClaim: string;
  adminValue: string;
}

export type PrincipalReading = { ok: true; principal: Principal } | { ok: false; why: string };

/** OpenID Connect allows 255 characters for `sub`; a name that is longer is no name. */
const longestName = 255;

/** Reads who somebody is from the claims of a token whose signature, issuer, audience and times were checked. */
export function readPrincipal(claims: Record<string, unknown>, rules: ClaimRules): PrincipalReading {
  const name = claims[rules.usernameClaim] ?? claims.sub;
  if (typeof name !== 'string' || name === '') {
    return { ok: false, why: `The token names no user: it has neither ${rules.usernameClaim} nor sub.` };
  }
  if (name.length > longestName || name !== name.trim() || hasControlCharacters(name)) {
    return {
      ok: false,
      why: 'The user name in the token is too long or has characters that are not allowed.',
    };
  }
  return {
    ok: true,
    principal: {
      name,
      displayName: textOf(claims.name),
      email: textOf(claims.email),
      administrator: claimHas(claims[rules.adminClaim], rules.adminValue),
      expiresAt: Number(claims.exp) * 1000,
    },
  };
}

/** `\p{C}`: control and format characters (such as right-to-left marks) and lone surrogates, which make names look alike. */
function hasControlCharacters(text: string): boolean {
  return /\p{C}/u.test(text);
}

function textOf(claim: unknown): string | null {
  return typeof claim === 'string' && claim.length <= longestName && !hasControlCharacters(claim)
    ? claim
    : null;
}

function claimHas(claim: unknown, wanted: string): boolean {
  return Array.isArray(claim) ? claim.includes(wanted) : claim === wanted;
}

/** The `cause` of what a principal does to a session: `admin:` when it is somebody else's. */
export function causeOf(principal: Principal, owner: string): string {
  return principal.name === owner ? `user:${principal.name}` : `admin:${principal.name}`;
}

export function maySee(principal: Principal, owner: string | null): boolean {
  return principal.administrator || (owner !== null && principal.name === owner);
}
