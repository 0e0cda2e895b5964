import type { PoolOutlook } from './pool-backoff.ts';
import type { AwsFailureKind } from './reasons.ts';

/** Where an instance is launched: its type, and the subnet, which is in one zone. Null lets EC2 choose. */
export interface Place {
  instanceType: string;
  hasGpu: boolean;
  subnetId: string | null;
  /** Null where the zone is not known. */
  zone: string | null;
}

export interface RefusedPlace extends Omit<Place, 'hasGpu'> {
  kind: AwsFailureKind;
  /** AWS's own code. */
  code: string;
}

export interface LaunchPlaces {
  /** The wanted type and then the fallbacks that fit, in order; without zones, all are taken to offer it. */
  types: { name: string; hasGpu: boolean; zones: string[] }[];
  subnets: { id: string; zone: string | null }[];
  refused: RefusedPlace[];
}

export type PlaceChoice =
  | { place: Place }
  /** The best type left is being tried for another desktop: what comes of that is known in a moment. */
  | { waits: true }
  /** Nothing is left: every place has refused, or is known to have nothing free. */
  | { exhausted: Place[] };

export interface PlaceFacts {
  places: LaunchPlaces;
  outlook: (place: Place) => PoolOutlook;
  /** In [0, 1): spreads desktops over the zones. */
  random: number;
}

/**
 * Where to try next: the wanted type in every zone that offers it, then the fallback types in their order. A refusal
 * rules out what it says something about: a limit the type, no capacity the type in its zone, no addresses the subnet.
 */
export function choosePlace({ places, outlook, random }: PlaceFacts): PlaceChoice {
  const all = places.types.flatMap((type) => placesOf(type, places.subnets));
  const left = all.filter((place) => !places.refused.some((refusal) => rulesOut(refusal, place)));
  for (const { name } of places.types) {
    const ofType = left.filter((place) => place.instanceType === name);
    const free = ofType.filter((place) => outlook(place) === 'open');
    const place = free[Math.floor(random * free.length)];
    if (place) return { place };
    if (ofType.some((other) => outlook(other) === 'being-tried')) return { waits: true };
  }
  return { exhausted: all };
}

function placesOf(
  { name, hasGpu, zones }: LaunchPlaces['types'][number],
  subnets: LaunchPlaces['subnets'],
): Place[] {
  if (subnets.length === 0) return [{ instanceType: name, hasGpu, subnetId: null, zone: null }];
  return subnets
    .filter(({ zone }) => zones.length === 0 || zone === null || zones.includes(zone))
    .map(({ id, zone }) => ({ instanceType: name, hasGpu, subnetId: id, zone }));
}

function rulesOut(refusal: RefusedPlace, place: Place): boolean {
  const sameType = refusal.instanceType === place.instanceType;
  const sameSubnet = refusal.subnetId === place.subnetId;
  switch (refusal.kind) {
    case 'limit':
      return sameType;
    case 'no-addresses':
    case 'subnet-gone':
      return sameSubnet;
    default:
      return sameType && (sameSubnet || (refusal.zone !== null && refusal.zone === place.zone));
  }
}
