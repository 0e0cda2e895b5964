import type { EventData } from '@deskfleet/contracts';
import { transact } from '@deskfleet/database';
import type { Fleet } from './fleet.ts';

type Start = EventData<'deskfleet.schedule.start-due.v1'>;
type Stop = EventData<'deskfleet.schedule.stop-due.v1'>;
type Expiry = EventData<'deskfleet.schedule.stopped-too-long.v1'>;
type Idle = EventData<'deskfleet.idle.detected.v1'>;

/** What the scheduler says at 08:00 or 19:00 of the fleet's present day, unless told otherwise; handled as from the bus. */
export async function startDue(fleet: Fleet, id: string, difference: Partial<Start> = {}): Promise<void> {
  const event = { ...(await startEvent(fleet, id)), ...difference };
  await transact(fleet.connection.db, 'test', (trx) => fleet.manager.automatic.startDue(trx, event));
}

export async function startEvent(fleet: Fleet, id: string): Promise<Start> {
  return {
    ...(await observed(fleet, id)),
    edgeAt: timeOfDay(fleet, '08:00'),
    validUntil: timeOfDay(fleet, '19:00'),
    keepOffFrom: timeOfDay(fleet, '08:00'),
  };
}

export async function stopDue(fleet: Fleet, id: string, difference: Partial<Stop> = {}): Promise<void> {
  const event = { ...(await stopEvent(fleet, id)), ...difference };
  await transact(fleet.connection.db, 'test', (trx) => fleet.manager.automatic.stopDue(trx, event));
}

export async function stopEvent(fleet: Fleet, id: string): Promise<Stop> {
  const nextDay = new Date(fleet.now().getTime() + 24 * 3_600_000).toISOString().slice(0, 10);
  return {
    ...(await observed(fleet, id)),
    edgeAt: timeOfDay(fleet, '19:00'),
    validUntil: `${nextDay}T08:00:00.000Z`,
    stopAtClose: true,
    evenIfConnected: false,
  };
}

export async function stoppedTooLong(
  fleet: Fleet,
  id: string,
  difference: Partial<Expiry> = {},
): Promise<void> {
  const event = {
    ...(await observed(fleet, id)),
    stoppedSince: (await fleet.status(id)).state_since.toISOString(),
    reason: { code: 'stopped-too-long', sentence: 'It was stopped for 30 days.' },
    ...difference,
  };
  await transact(fleet.connection.db, 'test', (trx) => fleet.manager.automatic.stoppedTooLong(trx, event));
}

/** What the idle-monitor says now of a desktop that nobody uses, unless told otherwise; handled as from the bus. */
export async function idleDetected(fleet: Fleet, id: string, difference: Partial<Idle> = {}): Promise<void> {
  const event = { ...(await idleEvent(fleet, id)), ...difference };
  await transact(fleet.connection.db, 'test', (trx) => fleet.manager.automatic.idleDetected(trx, event));
}

export async function idleEvent(fleet: Fleet, id: string): Promise<Idle> {
  return {
    ...(await observed(fleet, id)),
    idleSince: timeOfDay(fleet, '19:10'),
    sentence: 'Unused since 19:10 (UTC).',
    measurements: { cpuPercent: 1.2, gpuPercent: null, connections: 0 },
  };
}

async function observed(fleet: Fleet, id: string) {
  const [latest] = await fleet.read(
    'select max(seq) as seq from api_gateway.session_intents where session_id = $1',
    [id],
  );
  return {
    sessionId: id,
    owner: 'alice',
    generation: Number(latest?.seq),
    observedAt: fleet.now().toISOString(),
  };
}

/** `08:00` → that time on the present day, as the daily schedule has it. */
export function timeOfDay(fleet: Fleet, time: string): string {
  return `${fleet.now().toISOString().slice(0, 10)}T${time}:00.000Z`;
}

/** Moves the clock to that time: of the present day, or of the next one where it has passed. */
export function goTo(fleet: Fleet, time: string): void {
  const at = Date.parse(timeOfDay(fleet, time));
  const now = fleet.now().getTime();
  fleet.advance(((at > now ? at : at + 24 * 3_600_000) - now) / 1000);
}
