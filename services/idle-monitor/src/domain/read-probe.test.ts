import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readProbe } from './read-probe.ts';

const fixture = {
  'deskfleet-probe': '1',
  now: '2026-11-26T02:20:00Z',
  session: 'ok',
  connections: '0',
  created: '2026-11-26T01:00:00.123456Z',
  disconnected: '',
  interaction: '',
  gpu: 'none',
  'gpu-percent': '' as string | undefined,
  end: '1',
};
type Change = Partial<typeof fixture>;

const output = (change: Change = {}, lineEnd = '\n') =>
  Object.entries({ ...fixture, ...change })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}${lineEnd}`)
    .join('');

const minutes = (count: number) => count * 60_000;

const report = {
  kind: 'report',
  connections: 0,
  createdAgo: minutes(80) - 123,
  disconnectedAgo: null,
  interactedAgo: null,
  accessMark: '2026-11-26T01:00:00.123456Z ',
  gpu: { kind: 'no-probe' },
};

test('a desktop that nobody has ever connected to', () => {
  expect(readProbe(output())).toEqual(report);
});

describe('reads', () => {
  const rows: [string, Change, object][] = [
    ['connections', { connections: '2' }, { connections: 2 }],
    [
      'a disconnection, and marks it',
      { disconnected: '2026-11-26T02:00:00Z' },
      {
        disconnectedAgo: minutes(20),
        accessMark: '2026-11-26T01:00:00.123456Z 2026-11-26T02:00:00Z',
      },
    ],
    ['the latest interaction', { interaction: '2026-11-26T02:19:30.5Z' }, { interactedAgo: 29_500 }],
    ['a DCV that does not say when it made its session', { created: '' }, { createdAgo: null }],
    ['the busiest GPU', { gpu: 'nvidia', 'gpu-percent': '97' }, { gpu: { kind: 'percent', percent: 97 } }],
    ['an idle GPU', { gpu: 'nvidia', 'gpu-percent': '0' }, { gpu: { kind: 'percent', percent: 0 } }],
    ['a GPU that does not tell', { gpu: 'failed' }, { gpu: { kind: 'failed' } }],
    [
      'an offset with a colon',
      { disconnected: '2026-11-26T11:00:00+09:00' },
      { disconnectedAgo: minutes(20) },
    ],
    ['an offset without one', { disconnected: '2026-11-25T18:00:00-0800' }, { disconnectedAgo: minutes(20) }],
    [
      'a clock in Tokyo’s time that says so',
      { now: '2026-11-26T11:20:00+09:00' },
      { createdAgo: minutes(80) - 123 },
    ],
    [
      'a clock in Los Angeles’ time that calls it UTC: it is off, and so is all that it wrote',
      { now: '2026-11-25T18:20:00Z', created: '2026-11-25T17:00:00Z' },
      { createdAgo: minutes(80) },
    ],
    [
      'a clock that is a year ahead',
      { now: '2027-11-26T02:20:00Z', created: '2027-11-26T01:00:00Z' },
      { createdAgo: minutes(80) },
    ],
    [
      'what the host has yet to live through',
      { disconnected: '2026-11-26T02:21:00Z' },
      { disconnectedAgo: -minutes(1) },
    ],
  ];
  test.each(rows)('%s', (_, change, expected) => {
    expect(readProbe(output(change))).toMatchObject(expected);
  });

  test('the line ends of Windows', () => {
    expect(readProbe(output({}, '\r\n'))).toEqual(report);
  });

  test('on, where the script’s error stream follows', () => {
    expect(readProbe(`${output()}\n----------ERROR-------\nconnections=7\n`)).toEqual(report);
  });

  test.each(['no-dcv', 'failed'])('a session that is %s as DCV being down, whatever the rest', (session) => {
    const change = { session, connections: '', created: '', gpu: 'failed' };
    expect(readProbe(output(change))).toEqual({ kind: 'dcv-down' });
  });
});

describe('does not believe', () => {
  const rows: [string, Change][] = [
    ['another version', { 'deskfleet-probe': '2' }],
    ['an end that is not the end', { end: '' }],
    ['a host without a clock', { now: '' }],
    ['a clock without a zone', { now: '2026-11-26T02:20:00' }],
    ['a creation without a zone', { created: '2026-11-26T01:00:00' }],
    ['a disconnection without a zone', { disconnected: '2026-11-26 02:00:00' }],
    ['an interaction without a zone', { interaction: '2026-11-26T02:00:00' }],
    ['a day that does not exist', { disconnected: '2026-02-30T02:00:00Z' }],
    ['a zone by name', { created: '2026-11-26T01:00:00 JST' }],
    ['words for a time', { disconnected: 'never' }],
    ['no count of connections', { connections: '' }],
    ['a negative count', { connections: '-1' }],
    ['half a connection', { connections: '0.5' }],
    ['a count in words', { connections: 'none' }],
    ['a session of a kind it does not know', { session: 'perhaps' }],
    ['a GPU of a kind it does not know', { gpu: 'amd' }],
    ['an nvidia GPU without a figure', { gpu: 'nvidia' }],
    ['an nvidia GPU whose figure is none', { gpu: 'nvidia', 'gpu-percent': '[N/A]' }],
    ['more than all of a GPU', { gpu: 'nvidia', 'gpu-percent': '101' }],
    ['a figure without a GPU', { 'gpu-percent': '97' }],
  ];
  test.each(rows)('%s', (_, change) => {
    expect(readProbe(output(change))).toEqual({ kind: 'unreadable' });
  });

  test.each(['', 'end=1', 'dcv: command not found\n', '{"num-of-connections":0}'])('%j', (text) => {
    expect(readProbe(text)).toEqual({ kind: 'unreadable' });
  });

  test('two outputs in one', () => {
    const cut = output().replace('end=1\n', '');
    expect(readProbe(cut + output())).toEqual({ kind: 'unreadable' });
  });
});

const time = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const outputs = fc
  .record({
    now: time,
    session: fc.constantFrom('ok', 'no-dcv', 'failed'),
    connections: fc.nat(99).map(String),
    created: time,
    disconnected: fc.oneof(fc.constant(''), time),
    interaction: fc.oneof(fc.constant(''), time),
    graphics: fc.oneof(
      fc.constantFrom({ gpu: 'none' }, { gpu: 'failed' }),
      fc.nat(100).map((percent) => ({ gpu: 'nvidia', 'gpu-percent': String(percent) })),
    ),
    lineEnd: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ graphics, lineEnd, ...lines }) => output({ ...lines, ...graphics }, lineEnd));

test('no text throws', () => {
  const lines = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom(...Object.keys(fixture)), fc.oneof(fc.string(), time))
        .map(([name, value]) => `${name}=${value}`),
    ),
  );
  fc.assert(
    fc.property(lines, (texts) => {
      expect(readProbe(texts.join('\n'))).toHaveProperty('kind');
    }),
  );
});

test('an output is believed when it is whole, and wherever it is cut it is not', () => {
  const cuts = fc.tuple(outputs, fc.double({ min: 0, max: 1, noNaN: true }));
  const mark = '\n---Output truncated---';
  fc.assert(
    fc.property(cuts, fc.constantFrom('', mark), ([whole, at], tail) => {
      expect(readProbe(whole).kind).not.toBe('unreadable');
      const cut = whole.slice(0, Math.floor(at * whole.trimEnd().length));
      if (cut !== whole.trimEnd()) expect(readProbe(cut + tail)).toEqual({ kind: 'unreadable' });
    }),
  );
});

test('an output without one of its lines is not believed', () => {
  fc.assert(
    fc.property(outputs, fc.nat(), (whole, index) => {
      const lines = whole.trimEnd().split('\n');
      lines.splice(index % lines.length, 1);
      expect(readProbe(lines.join('\n'))).toEqual({ kind: 'unreadable' });
    }),
  );
});
