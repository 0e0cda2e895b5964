import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Fixture, launchReady, startFixture } from './simulator-fixture.ts';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

interface View {
  host: { dcvReady: boolean; gpuPercents: number[]; gpuSteered: number[] | null; clockOffsetSeconds: number };
  connections: { lastInteractionAt: string }[];
  lastDisconnectedAt: string | null;
}

const view = (id: string) => fixture.steer<View>('GET', `/instances/${id}`);
const steer = (id: string, change: object) => fixture.steer<View>('PATCH', `/instances/${id}`, change);

test.each([
  ['m7i.large', []],
  ['g4dn.xlarge', [0]],
  ['g5.12xlarge', [0, 0, 0, 0]],
])(
  '%s has the GPUs of its type, idle, until they are steered and again after that',
  async (type, percents) => {
    const id = await launchReady(fixture, { InstanceType: type as 'm7i.large' });
    expect((await view(id)).host).toMatchObject({ gpuPercents: percents, gpuSteered: null });
    expect((await steer(id, { gpuPercents: [97] })).host).toMatchObject({ gpuPercents: [97] });
    expect((await steer(id, { gpuPercents: null })).host).toMatchObject({ gpuPercents: percents });
  },
);

test('everybody who is connected last did something when it is said', async () => {
  const id = await launchReady(fixture);
  const lastInteractionAt = '2026-11-02T08:00:00.000Z';
  await expect(steer(id, { lastInteractionAt })).rejects.toThrow('409');
  const { connections } = await steer(id, { connections: 2, lastInteractionAt });
  expect(connections.map((connection) => connection.lastInteractionAt)).toEqual([
    lastInteractionAt,
    lastInteractionAt,
  ]);
});

test('a disconnection long ago may be told together with the disconnection, or taken back', async () => {
  const id = await launchReady(fixture);
  const lastDisconnectedAt = '2026-11-02T08:00:00.000Z';
  await steer(id, { connections: 1 });
  expect(await steer(id, { connections: 0, lastDisconnectedAt })).toMatchObject({ lastDisconnectedAt });
  expect(await steer(id, { lastDisconnectedAt: null })).toMatchObject({ lastDisconnectedAt: null });
});

test('a DCV that answers with errors keeps its session and its connections', async () => {
  const id = await launchReady(fixture);
  await steer(id, { connections: 1 });
  const down = await steer(id, { dcv: 'down' });
  expect(down.host.dcvReady).toBe(true);
  expect(down.connections).toHaveLength(1);
});

test.each([
  { gpuPercents: [101] },
  { gpuPercents: 97 },
  { nvidiaSmi: 'broken' },
  { clockOffsetSeconds: '5' },
  { lastDisconnectedAt: 'yesterday' },
  { lastInteractionAt: null },
])('nonsense is refused: %j', async (change) => {
  const id = await launchReady(fixture);
  await expect(steer(id, change)).rejects.toThrow('400');
});
