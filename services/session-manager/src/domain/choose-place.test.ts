import { describe, expect, test } from 'vitest';
import { choosePlace, type LaunchPlaces, type Place, type RefusedPlace } from './choose-place.ts';
import type { PoolOutlook } from './pool-backoff.ts';

const places: LaunchPlaces = {
  types: [
    { name: 'm7i.large', hasGpu: false, zones: ['a', 'b'] },
    { name: 'm6i.large', hasGpu: false, zones: [] },
  ],
  subnets: [
    { id: 'subnet-a', zone: 'a' },
    { id: 'subnet-a2', zone: 'a' },
    { id: 'subnet-b', zone: 'b' },
    { id: 'subnet-c', zone: 'c' },
  ],
  refused: [],
};
const refusal = (kind: RefusedPlace['kind'], instanceType: string, subnetId: string): RefusedPlace => ({
  kind,
  instanceType,
  subnetId,
  zone: places.subnets.find(({ id }) => id === subnetId)?.zone ?? null,
  code: '',
});

/** Every place that is tried, in order, when each refuses for this cause. */
function tried(kind: RefusedPlace['kind'], outlook: (place: Place) => PoolOutlook = () => 'open'): string[] {
  const refused: RefusedPlace[] = [];
  const order: string[] = [];
  for (;;) {
    const choice = choosePlace({ places: { ...places, refused }, outlook, random: 0 });
    if (!('place' in choice)) return order;
    const { instanceType, subnetId } = choice.place;
    order.push(`${instanceType} ${subnetId}`);
    refused.push(refusal(kind, instanceType, subnetId ?? ''));
  }
}

describe('where a launch is tried', () => {
  test('without capacity: each zone that offers the type once, and then the fallback type', () => {
    expect(tried('capacity')).toEqual([
      'm7i.large subnet-a',
      'm7i.large subnet-b',
      'm6i.large subnet-a',
      'm6i.large subnet-b',
      'm6i.large subnet-c',
    ]);
  });

  test('at a limit of the account: each type once', () => {
    expect(tried('limit')).toEqual(['m7i.large subnet-a', 'm6i.large subnet-a']);
  });

  test('without addresses: each subnet once', () => {
    expect(tried('no-addresses')).toEqual([
      'm7i.large subnet-a',
      'm7i.large subnet-a2',
      'm7i.large subnet-b',
      'm6i.large subnet-c',
    ]);
  });

  test('not where nothing was free just now', () => {
    const outlook = ({ instanceType }: Place) => (instanceType === 'm7i.large' ? 'empty' : 'open');
    expect(tried('capacity', outlook)).toEqual([
      'm6i.large subnet-a',
      'm6i.large subnet-b',
      'm6i.large subnet-c',
    ]);
  });

  test('in any zone, over all of them', () => {
    const chosen = [0, 0.34, 0.67].map((random) => choosePlace({ places, outlook: () => 'open', random }));
    expect(chosen.map((choice) => 'place' in choice && choice.place.subnetId)).toEqual([
      'subnet-a',
      'subnet-a2',
      'subnet-b',
    ]);
  });

  test('where EC2 likes, when no subnets are known', () => {
    const choice = choosePlace({ places: { ...places, subnets: [] }, outlook: () => 'open', random: 0 });
    expect(choice).toMatchObject({ place: { instanceType: 'm7i.large', subnetId: null } });
  });

  test('nowhere, when it is offered in none of the subnets’ zones', () => {
    const types = [{ name: 'p5.48xlarge', hasGpu: true, zones: ['f'] }];
    const choice = choosePlace({ places: { ...places, types }, outlook: () => 'open', random: 0 });
    expect(choice).toEqual({ exhausted: [] });
  });

  test('later, while what is left of the wanted type is being tried for another desktop', () => {
    const outlook = ({ zone }: Place): PoolOutlook => (zone === 'a' ? 'empty' : 'being-tried');
    expect(choosePlace({ places, outlook, random: 0 })).toEqual({ waits: true });
  });
});
