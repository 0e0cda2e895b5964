import { describe, expect, test } from 'vitest';
import { CommandPatience } from './command-patience.ts';

const seconds = (count: number) => count * 1000;

/** When the looks come, if half of the hosts have answered by `halfAfter`, until all have by `doneAfter`. */
function looks(
  patience: CommandPatience,
  { halfAfter, doneAfter }: { halfAfter: number; doneAfter: number },
) {
  const times = [patience.firstLookAfter()];
  for (;;) {
    const sinceSent = times.at(-1) ?? 0;
    if (sinceSent >= doneAfter) return times;
    times.push(sinceSent + patience.pauseAfter({ sinceSent, half: sinceSent >= halfAfter }));
  }
}

const tenSeconds = { halfAfter: seconds(10), doneAfter: seconds(10.2) };

describe('looks', () => {
  test('three times on a cold start, for commands of ten seconds', () => {
    expect(looks(new CommandPatience(seconds(30)), tenSeconds)).toEqual([2_500, 5_250, 11_025]);
  });

  test('once when it has learned how long commands take', () => {
    const patience = new CommandPatience(seconds(30));
    patience.learn(Array.from({ length: 60 }, (_, index) => seconds(10) + index));
    expect(looks(patience, tenSeconds)).toHaveLength(1);
    expect(patience.firstLookAfter()).toBeLessThan(seconds(11));
  });

  test('soon again when a command takes a little longer than the last time', () => {
    const patience = new CommandPatience(seconds(30));
    patience.learn([seconds(10)]);
    const [first = 0, second = 0] = looks(patience, { halfAfter: seconds(12), doneAfter: seconds(12) });
    expect(second - first).toBeLessThan(seconds(2));
  });

  test('early again, once commands have become fast', () => {
    const patience = new CommandPatience(seconds(30));
    patience.learn([seconds(20)]);
    patience.learn([seconds(2)]);
    expect(patience.firstLookAfter()).toBeLessThan(seconds(2.5));
  });

  test('no later for one slow command among many', () => {
    const patience = new CommandPatience(seconds(30));
    patience.learn([...Array.from({ length: 19 }, () => seconds(3)), seconds(29)]);
    expect(patience.firstLookAfter()).toBeLessThan(seconds(4));
  });

  test('as before after a sweep in which nothing was learned', () => {
    const patience = new CommandPatience(seconds(30));
    patience.learn([seconds(4)]);
    const before = patience.firstLookAfter();
    patience.learn([]);
    expect(patience.firstLookAfter()).toBe(before);
  });

  test('never at once, however fast hosts say they are', () => {
    const patience = new CommandPatience(seconds(30));
    patience.learn([-seconds(3_600)]);
    expect(patience.firstLookAfter()).toBeGreaterThan(500);
    expect(patience.pauseAfter({ sinceSent: 0, half: true })).toBeGreaterThan(500);
  });

  test('within the longest wait, however short that is and whatever was learned', () => {
    const patience = new CommandPatience(600);
    expect(patience.firstLookAfter()).toBe(50);
    patience.learn([seconds(100)]);
    expect(patience.firstLookAfter()).toBe(600);
  });
});

describe('gives up', () => {
  const patience = new CommandPatience(seconds(30));
  const rows: [string, number | null, number][] = [
    ['at the longest wait while fewer than half have answered', null, 30],
    ['after eight seconds at the earliest', 1, 8],
    ['after half as long again as half of the hosts took', 10, 15],
    ['never later than the longest wait', 25, 30],
  ];
  test.each(rows)('%s', (_, half, expected) => {
    expect(patience.giveUpAfter(half === null ? null : seconds(half))).toBe(seconds(expected));
  });

  test('within a longest wait of under eight seconds', () => {
    expect(new CommandPatience(seconds(2)).giveUpAfter(100)).toBe(seconds(2));
  });
});
