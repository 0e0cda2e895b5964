import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAwsClients } from '../src/adapters/aws/aws-clients.ts';
import { createAwsImages } from '../src/adapters/aws/aws-images.ts';
import { Fleet } from './fleet.ts';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => `subnet-0de5cf1ee7000000${letter}`) as [
  string,
  string,
  string,
];

async function knownSubnets(of: Fleet): Promise<{ id: string; zone: string; freeAddresses: number }[]> {
  const rows = await of.read('select id, zone, free_addresses from session_manager.subnets order by id');
  return rows.map(({ id, zone, free_addresses }) => ({
    id: String(id),
    zone: String(zone),
    freeAddresses: Number(free_addresses),
  }));
}

async function zonesOf(type: string): Promise<unknown> {
  const [row] = await fleet.read('select zones from session_manager.instance_types where name = $1', [type]);
  return row?.zones ?? [];
}

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.open();
});
afterEach(() => fleet.sim('DELETE', '/faults'));
afterAll(() => fleet?.close());

describe('subnets', () => {
  const refresh = () => fleet.manager.subnetRefresh.refresh();
  const sweep = () => fleet.manager.subnetRefresh.sweep();
  const known = () => knownSubnets(fleet);
  const calls = async () => (await fleet.callCounts()).DescribeSubnets?.calls ?? 0;
  beforeEach(async () => {
    await fleet.tamper('delete from session_manager.subnets', []);
    await fleet.sim('DELETE', '/calls');
  });

  test('are kept with what launches and people need to know', async () => {
    await refresh();
    expect(await fleet.read('select * from session_manager.subnets where id = $1', [b])).toEqual([
      {
        id: b,
        zone: 'us-east-1b',
        cidr: '127.32.0.0/12',
        name: 'desktops-b',
        free_addresses: expect.any(Number),
        refreshed_at: fleet.clock.now().toJSDate(),
      },
    ]);
    expect((await known()).map(({ id, zone }) => [id, zone])).toEqual([
      [a, 'us-east-1a'],
      [b, 'us-east-1b'],
      [c, 'us-east-1c'],
    ]);
  });

  test('a subnet that is no more is removed, and an operator is told once until it comes back', async () => {
    await refresh();
    await fleet.sim('DELETE', `/subnets/${c}`);
    const before = await fleet.alerts('subnet-missing');
    await refresh();
    await refresh();
    expect((await known()).map(({ id }) => id)).toEqual([a, b]);
    expect(await fleet.alerts('subnet-missing')).toBe(before + 1);
    await fleet.sim('POST', `/subnets/${c}/restore`);
    await refresh();
    expect((await known()).map(({ id }) => id)).toEqual([a, b, c]);
    await fleet.sim('DELETE', `/subnets/${c}`);
    await refresh();
    expect(await fleet.alerts('subnet-missing')).toBe(before + 2);
    await fleet.sim('POST', `/subnets/${c}/restore`);
  });

  test('free addresses follow', async () => {
    await refresh();
    await fleet.sim('PATCH', `/subnets/${a}`, { freeAddresses: 3 });
    await refresh();
    expect(await known()).toContainEqual({ id: a, zone: 'us-east-1a', freeAddresses: 3 });
    await fleet.sim('PATCH', `/subnets/${a}`, { freeAddresses: null });
  });

  test('what is known stays when EC2 names none, or does not answer', async () => {
    await refresh();
    for (const id of [a, b, c]) await fleet.sim('DELETE', `/subnets/${id}`);
    await refresh();
    for (const id of [a, b, c]) await fleet.sim('POST', `/subnets/${id}/restore`);
    await fleet.sim('POST', '/faults/errors', { api: 'DescribeSubnets', code: 'RequestLimitExceeded' });
    await expect(refresh()).rejects.toThrow();
    expect((await known()).map(({ id }) => id)).toEqual([a, b, c]);
  });

  test('are asked about when nothing is known, and then not for five minutes', async () => {
    await sweep();
    expect(await calls()).toBe(1);
    await fleet.tamper(
      `update session_manager.subnets set refreshed_at = now() - interval '299 seconds'`,
      [],
    );
    await sweep();
    expect(await calls()).toBe(1);
    await fleet.tamper(
      `update session_manager.subnets set refreshed_at = now() - interval '301 seconds'`,
      [],
    );
    await sweep();
    expect(await calls()).toBe(2);
  });
});

describe('instance types', () => {
  const refreshAnew = async () => {
    await fleet.tamper('delete from session_manager.instance_types', []);
    await fleet.manager.refreshInstanceTypes();
  };

  test('are known with the zones that offer them', async () => {
    await fleet.sim('POST', '/faults/not-offered', { instanceType: 'm7i.large', zone: 'us-east-1b' });
    await refreshAnew();
    expect(await zonesOf('m7i.large')).toEqual(['us-east-1a', 'us-east-1c', 'us-east-1d', 'us-east-1f']);
    expect(await zonesOf('no.such')).toEqual([]);
  });

  test('a type that no zone offers is not among them', async () => {
    await fleet.sim('POST', '/faults/not-offered', { instanceType: 'm7i.large' });
    await refreshAnew();
    const rows = await fleet.read('select name, zones from session_manager.instance_types');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.map(({ name }) => name)).not.toContain('m7i.large');
    for (const { zones } of rows) expect(zones).not.toEqual([]);
  });

  test('what is known stays when EC2 does not say where they are offered', async () => {
    await refreshAnew();
    const api = 'DescribeInstanceTypeOfferings';
    await fleet.sim('POST', '/faults/errors', { api, code: 'RequestLimitExceeded' });
    await fleet.tamper(
      `update session_manager.instance_types set refreshed_at = now() - interval '25 hours'`,
      [],
    );
    await expect(fleet.manager.refreshInstanceTypes()).rejects.toThrow();
    expect(await zonesOf('m7i.large')).toHaveLength(5);
  });
});

describe('images at a launch', () => {
  const source = 'ami-0de5cf1ee7000b244';
  let aws: ReturnType<typeof createAwsClients>;
  beforeAll(() => {
    aws = createAwsClients('us-east-1');
  });
  afterAll(() => aws.destroy());
  const unavailable = { failure: { code: expect.stringMatching(/^InvalidAMIID\./) } };

  test('are remembered for an hour, until EC2 would not launch one', async () => {
    let at = 0;
    const images = createAwsImages(aws, () => at);
    expect(await images.resolve(source)).toMatchObject({ image: { imageId: source, os: 'linux' } });
    await fleet.sim('DELETE', `/images/${source}`);
    expect(await images.resolve(source)).toMatchObject({ image: { imageId: source } });
    images.forget(source);
    expect(await images.resolve(source)).toMatchObject(unavailable);
    await fleet.sim('POST', `/images/${source}/restore`);
    expect(await images.resolve(source)).toMatchObject({ image: { imageId: source } });
    at += 3_600_001;
    await fleet.sim('DELETE', `/images/${source}`);
    expect(await images.resolve(source)).toMatchObject(unavailable);
    await fleet.sim('POST', `/images/${source}/restore`);
  });

  test('are forgotten when somebody looks and they are gone, and not when AWS throttles', async () => {
    const images = createAwsImages(aws, () => 0);
    await images.resolve(source);
    await fleet.sim('POST', '/faults/errors', {
      api: 'DescribeImages',
      code: 'RequestLimitExceeded',
      times: 1,
    });
    expect(await images.inspect(source)).toMatchObject({ failure: { kind: 'throttled' } });
    expect(await images.resolve(source)).toMatchObject({ image: { imageId: source } });
    await fleet.sim('DELETE', `/images/${source}`);
    expect(await images.inspect(source)).toMatchObject(unavailable);
    expect(await images.resolve(source)).toMatchObject(unavailable);
    await fleet.sim('POST', `/images/${source}/restore`);
  });
});

test('without SUBNET_IDS the subnets are those of the default VPC', async () => {
  const other = await Fleet.open({ SUBNET_IDS: '' });
  try {
    await other.manager.subnetRefresh.refresh();
    expect((await knownSubnets(other)).map(({ id }) => id)).toEqual([a, b, c]);
    expect(await other.alerts('subnet-missing')).toBe(0);
  } finally {
    await other.close();
  }
});
