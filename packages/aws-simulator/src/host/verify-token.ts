import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { XMLParser } from 'fast-xml-parser';

/** What a DCV server asks its external authenticator. */
export interface TokenQuestion {
  verifierUrl: string;
  /** The host's own address: the authenticator recognises hosts by it. */
  localAddress: string;
  dcvSessionId: string;
  authToken: string;
  clientAddress: string;
}

export type TokenAnswer = { result: 'yes'; username: string } | { result: 'no'; message: string };

const timeoutMs = 10_000;
const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', parseTagValue: false });

function post(url: URL, localAddress: string, form: string): Promise<string> {
  const options: RequestOptions = {
    method: 'POST',
    localAddress,
    family: 4,
    agent: false,
    timeout: timeoutMs,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(form),
    },
  };
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start(url, options, (response) => text(response).then(resolve, reject));
    request.on('timeout', () => request.destroy(new Error('the authenticator did not answer in time')));
    request.on('error', reject);
    request.end(form);
  });
}

/** Reads `<auth result="yes"><username>…</username></auth>`; anything that is not a clear yes is a no. */
export function readAuthDocument(xml: string): TokenAnswer {
  const unclear: TokenAnswer = { result: 'no', message: 'The authentication service gave no clear answer.' };
  let auth: unknown;
  try {
    // The parser alone would accept a document that is cut off.
    auth = parser.parse(xml, true).auth;
  } catch {
    return unclear;
  }
  if (typeof auth !== 'object' || auth === null || !('@result' in auth)) return unclear;
  if (
    auth['@result'] === 'yes' &&
    'username' in auth &&
    typeof auth.username === 'string' &&
    auth.username !== ''
  ) {
    return { result: 'yes', username: auth.username };
  }
  if (auth['@result'] !== 'no') return unclear;
  const message = 'message' in auth && typeof auth.message === 'string' ? auth.message : '';
  return { result: 'no', message: message || 'The token was refused.' };
}

/**
 * Asks the external authenticator about a token exactly as a DCV server does
 * (https://docs.aws.amazon.com/dcv/latest/adminguide/external-authentication.html): a form by POST, XML back.
 */
export async function verifyToken(question: TokenQuestion): Promise<TokenAnswer> {
  const form = new URLSearchParams({
    sessionId: question.dcvSessionId,
    authenticationToken: question.authToken,
    clientAddress: question.clientAddress,
  });
  try {
    return readAuthDocument(
      await post(new URL(question.verifierUrl), question.localAddress, form.toString()),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { result: 'no', message: `The authentication service cannot be reached (${reason}).` };
  }
}
