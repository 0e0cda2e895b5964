import { describe, expect, test } from 'vitest';
import { PoolBackoff } from './pool-backoff.ts';

const pool = { instanceType: 'g4dn.xlarge', zone: 'us-east-1a' };
const elsewhere = { instanceType: 'g4dn.xlarge', zone: 'us-east-1b' };
const seconds = (count: number) => count * 1000;
const person = { forPerson: true };
const schedule = { forPerson: false };

function refusedOnce(instances = 1): PoolBackoff {
  const pools = new PoolBackoff();
  pools.refused(pool, instances, 0);
  return pools;
}

describe('a pool that had nothing free', () => {
  test('is left alone for a while, longer each time, and at last asked for one', () => {
    const pools = refusedOnce();
    expect(pools.allowance(pool, seconds(14), schedule)).toBe(0);
    expect(pools.allowance(pool, seconds(15), schedule)).toBe(1);
    pools.refused(pool, 1, seconds(15));
    expect(pools.allowance(pool, seconds(44), schedule)).toBe(0);
    expect(pools.allowance(pool, seconds(45), schedule)).toBe(1);
  });

  test('is never left alone for more than ten minutes', () => {
    const pools = refusedOnce();
    for (let i = 0; i < 30; i++) pools.refused(pool, 1, 0);
    expect(pools.allowance(pool, seconds(600), schedule)).toBe(1);
  });

  test('is asked for half as many where it had no room for all', () => {
    const pools = refusedOnce(9);
    expect(pools.allowance(pool, seconds(15), schedule)).toBe(4);
  });

  test('is asked again sooner for a person', () => {
    const pools = refusedOnce();
    expect(pools.allowance(pool, seconds(4), person)).toBe(0);
    expect(pools.allowance(pool, seconds(5), person)).toBe(1);
  });

  test('is asked by nobody else while one call is under way', () => {
    const pools = refusedOnce();
    pools.asked(pool, seconds(15));
    for (const who of [person, schedule]) expect(pools.allowance(pool, seconds(16), who)).toBe(0);
    expect(pools.allowance(pool, seconds(27), schedule)).toBe(1);
  });

  test('may be asked again once the call has come to nothing', () => {
    const pools = refusedOnce();
    pools.asked(pool, seconds(15));
    expect(pools.judge(pool, seconds(16), schedule)).toBe('being-tried');
    pools.released(pool, seconds(16));
    expect(pools.judge(pool, seconds(16), schedule)).toBe('open');
  });

  test('is no other pool', () => {
    expect(refusedOnce().allowance(elsewhere, 0, schedule)).toBe(Number.POSITIVE_INFINITY);
  });

  test('is forgotten after half an hour', () => {
    const pools = refusedOnce();
    expect(pools.isSuspect(pool, seconds(1801))).toBe(false);
  });
});

describe('a pool that has machines again', () => {
  test('is asked for twice as many each time, at once and by several', () => {
    const pools = refusedOnce();
    pools.granted(pool, 1, seconds(15));
    pools.asked(pool, seconds(15));
    expect(pools.allowance(pool, seconds(15), schedule)).toBe(2);
    pools.granted(pool, 2, seconds(16));
    expect(pools.allowance(pool, seconds(16), schedule)).toBe(4);
  });

  test('is like any other when it has had room for a whole call', () => {
    const pools = refusedOnce(100);
    pools.granted(pool, 50, seconds(15));
    expect(pools.isSuspect(pool, seconds(15))).toBe(false);
  });
});

test('a pool that may be to blame is asked by itself, with all of its instances', () => {
  const pools = new PoolBackoff();
  pools.suspect(pool, 0);
  expect(pools.isSuspect(pool, 0)).toBe(true);
  expect(pools.allowance(pool, 0, schedule)).toBe(Number.POSITIVE_INFINITY);
});
