import { describe, expect, test } from 'vitest';
import {
  type Change,
  errorsOf,
  faultsOf,
  judge,
  large,
  typeWith,
  xlarge,
} from '../../test/example-admission.ts';

describe('the subnet', () => {
  const inSubnet = (subnetId: string, change: Change = {}): Change => ({ ...change, request: { subnetId } });
  const onlyC = { allowedSubnets: ['subnet-c'] };

  test.each<[string, Change, string[]]>([
    ['one that there is', inSubnet('subnet-a'), []],
    ['one that there is not', inSubnet('subnet-z'), ['unknown-subnet /subnetId']],
    ['one of the profile', inSubnet('subnet-b', { stack: { allowedSubnets: ['subnet-b'] } }), []],
    [
      'one not of the profile',
      inSubnet('subnet-a', { stack: { allowedSubnets: ['subnet-b'] } }),
      ['subnet-not-allowed /subnetId'],
    ],
    ['one whose zone does not offer the type', inSubnet('subnet-c'), ['instance-type-not-in-zone /subnetId']],
    [
      'a type whose zones are not known',
      inSubnet('subnet-c', { facts: { instanceType: typeWith({ zones: [] }) } }),
      [],
    ],
    [
      'none, where only another zone is allowed',
      { stack: onlyC },
      ['instance-type-not-in-zone /instanceType'],
    ],
    ['none, and no zones are known', { stack: onlyC, facts: { instanceType: typeWith({ zones: [] }) } }, []],
    ['none, before the subnets are known', { stack: onlyC, facts: { subnets: [] } }, []],
    [
      'none, where the profile allows only what is gone',
      { stack: { allowedSubnets: ['subnet-old'] } },
      ['subnet-not-allowed /softwareStackId'],
    ],
  ])('%s', (_what, change, faults) => {
    expect(faultsOf(judge(change))).toEqual(faults);
  });

  test.each<[string, Change, string]>([
    ['an unknown subnet', inSubnet('subnet-z'), 'Choose one of subnet-a (a), subnet-b (b), subnet-c (c), or'],
    [
      'a forbidden one',
      inSubnet('subnet-a', { stack: onlyC }),
      'Choose one of subnet-c (c), or leave subnetId out.',
    ],
    ['a zone without the type', inSubnet('subnet-c'), 'It is offered in subnet-a (a), subnet-b (b).'],
    [
      'the nearest type of the chosen zone',
      inSubnet('subnet-c', { facts: { otherTypes: [large, { ...xlarge, zones: ['c'] }] } }),
      'The nearest that fits is m7i.xlarge.',
    ],
    [
      'the nearest type of the zones that are allowed',
      { stack: onlyC, facts: { otherTypes: [large, { ...xlarge, zones: ['c'] }] } },
      "in c, where this software stack's desktops may be. Choose another type. The nearest that fits is m7i.xlarge.",
    ],
  ])('the way out of %s', (_what, change, sentence) => {
    const [error] = errorsOf(judge(change));
    expect(error?.detail).toContain(sentence);
  });
});
