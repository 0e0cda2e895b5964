import fc from 'fast-check';

/** A POST that somebody may send to one of the two. */
export interface Question {
  to: 'authenticator' | 'resolver';
  /** What stands after the path, with its `?` where there is one. */
  query: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** What is really there, for questions that are nearly good ones. */
export interface Bait {
  sessionIds: string[];
  tokens: string[];
}

/** Any code point, halves of surrogate pairs among them. */
const anyCharacter = fc.nat({ max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code));
const anyText = fc.string({ unit: anyCharacter, maxLength: 40 });
const metacharacters = fc.constantFrom(
  '',
  '%',
  '%00',
  '%zz',
  '%c0%ae',
  '&',
  '=',
  '#',
  '?',
  '/',
  '../',
  '..%2f',
  ';',
  '\\',
  "' or 1=1 --",
  '$1',
  '<!--',
  ']]>',
  '[]',
  '{"a":1}',
  '__proto__',
  'console',
  '\u0000',
  '\r\nx: y',
  'null',
  '-1',
  '1e999',
);

/** Questions to authenticator and resolver: nonsense, nearly good ones, and everything between; a good one is none of them. */
export function anyQuestion({ sessionIds, tokens }: Bait): fc.Arbitrary<Question> {
  const sessionId = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...sessionIds) },
    { weight: 1, arbitrary: fc.uuid() },
    { weight: 1, arbitrary: damaged(fc.constantFrom(...sessionIds)) },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: metacharacters },
    { weight: 1, arbitrary: longText(300) },
  );
  const token = fc.oneof(
    { weight: 3, arbitrary: damaged(fc.constantFrom(...tokens)) },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: metacharacters },
    { weight: 1, arbitrary: longText(9_000) },
    { weight: 1, arbitrary: fc.base64String({ maxLength: 400 }) },
  );
  return fc.oneof(toAuthenticator(sessionId, token), toResolver(sessionId));
}

function toAuthenticator(
  sessionId: fc.Arbitrary<string>,
  token: fc.Arbitrary<string>,
): fc.Arbitrary<Question> {
  const field = fc.oneof(
    { weight: 3, arbitrary: sessionId.map((value) => ['sessionId', value] as const) },
    { weight: 3, arbitrary: token.map((value) => ['authenticationToken', value] as const) },
    { weight: 2, arbitrary: address.map((value) => ['clientAddress', value] as const) },
    { weight: 1, arbitrary: fc.tuple(anyText, anyText) },
  );
  const form = fc
    .tuple(fc.array(field, { maxLength: 5 }), fc.boolean())
    .map(([fields, escaped]) => formOf(fields, escaped));
  const wholeForm = fc.tuple(sessionId, token, address, fc.boolean()).map(([id, text, from, escaped]) =>
    formOf(
      [
        ['sessionId', id],
        ['authenticationToken', text],
        ['clientAddress', from],
      ],
      escaped,
    ),
  );
  const body = fc.oneof(
    { weight: 4, arbitrary: wholeForm },
    { weight: 3, arbitrary: form },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
    { weight: 1, arbitrary: fc.json().map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: longText(40_000).map((text) => Buffer.from(text)) },
  );
  const type = fc.oneof(
    { weight: 6, arbitrary: fc.constant('application/x-www-form-urlencoded') },
    { weight: 1, arbitrary: anyType },
  );
  const query = fc.oneof(
    { weight: 6, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: anyText.map((text) => `?${text}`) },
  );
  return fc.record({ to: fc.constant('authenticator' as const), query, headers: headersWith(type), body });
}

function toResolver(sessionId: fc.Arbitrary<string>): fc.Arbitrary<Question> {
  const transport = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('HTTP', 'QUIC') },
    { weight: 1, arbitrary: fc.constantFrom('http', 'TCP', '') },
    { weight: 1, arbitrary: anyText },
  );
  const field = fc.oneof(
    sessionId.map((value) => ['sessionId', value] as const),
    transport.map((value) => ['transport', value] as const),
    address.map((value) => ['clientIpAddress', value] as const),
    fc.tuple(anyText, anyText),
  );
  const whole = fc.tuple(sessionId, transport).map(([id, how]): (readonly [string, string])[] => [
    ['sessionId', id],
    ['transport', how],
  ]);
  const fields = fc.oneof(
    { weight: 3, arbitrary: whole },
    { weight: 2, arbitrary: fc.array(field, { maxLength: 5 }) },
  );
  const query = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fields, fc.boolean()).map(([pairs, escaped]) => `?${formOf(pairs, escaped)}`),
    },
    { weight: 1, arbitrary: anyText.map((text) => `?${text}`) },
    { weight: 1, arbitrary: fc.constantFrom('', '?', '?&', '?=', '%zz', '/..') },
  );
  const body = fc.oneof(
    { weight: 6, arbitrary: fc.constant(Buffer.alloc(0)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)) },
  );
  const headers = fc.oneof(
    { weight: 3, arbitrary: headersWith(fc.constant('')) },
    { weight: 1, arbitrary: headersWith(anyType) },
  );
  return fc.record({ to: fc.constant('resolver' as const), query, headers, body });
}

const address = fc.oneof(fc.ipV4(), fc.ipV6(), metacharacters, anyText, fc.constant('203.0.113.9'));
const anyType = fc.constantFrom(
  'application/json',
  'application/x-www-form-urlencoded; charset=utf-7',
  'application/x-www-form-urlencoded;;',
  'multipart/form-data; boundary=x',
  'text/xml',
  'text/plain',
  'x',
  '*/*',
);

/** As if they came through proxies that are believed, from all over the world. */
function headersWith(type: fc.Arbitrary<string>): fc.Arbitrary<Record<string, string>> {
  const forwarded = fc.oneof(
    { weight: 4, arbitrary: fc.oneof(fc.ipV4(), fc.ipV6()) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        'unknown',
        ',,,',
        '10.0.0.1, 10.0.0.2',
        'fe80::1%eth0',
        '::',
        'x'.repeat(500),
      ),
    },
  );
  return fc
    .tuple(type, forwarded, fc.option(fc.constantFrom('r-1', 'x'.repeat(300), '<b>'), { nil: null }))
    .map(([contentType, from, requestId]) => ({
      'x-forwarded-for': from,
      ...(contentType === '' ? {} : { 'content-type': contentType }),
      ...(requestId === null ? {} : { 'x-request-id': requestId }),
    }));
}

/** The text with a part of it cut out, exchanged or doubled, so that it is another one. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(text, fc.nat(), fc.nat({ max: 4 }), fc.oneof(metacharacters, fc.string({ maxLength: 3 })))
    .map(([whole, place, cut, put]) => {
      const at = place % whole.length;
      const other = whole.slice(0, at) + put + whole.slice(at + cut);
      return other === whole ? `${whole}x` : other;
    });
}

function longText(maxLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom('x', '%41', '&a=', 'é', '.'), fc.nat({ max: maxLength }))
    .map(([unit, length]) => unit.repeat(Math.ceil(length / unit.length)));
}

function formOf(fields: readonly (readonly [string, string])[], escaped: boolean): Buffer {
  const write = escaped ? escapedText : (text: string) => text;
  return Buffer.from(fields.map(([name, value]) => `${write(name)}=${write(value)}`).join('&'));
}

/** Half a surrogate pair, which encodeURIComponent refuses, stays as it is. */
function escapedText(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : text;
}
