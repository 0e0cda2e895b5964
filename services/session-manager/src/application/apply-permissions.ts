import type { Clock } from '@deskfleet/runtime';
import { BackgroundWork } from './background-work.ts';
import type { PermissionFailure, PermissionStore, SharedDesktop } from './permission-ports.ts';
import type { Alert } from './ports.ts';
import { PushAttempts } from './push-attempts.ts';
import {
  isTold,
  type PermissionRules,
  type PushDeps,
  pushPermissions,
  type WantedPermissions,
  wantedPermissions,
} from './push-permissions.ts';

export interface ApplyPermissionsDeps extends Omit<PushDeps, 'store'> {
  store: PermissionStore;
  rules: PermissionRules;
  /** Between looks when nothing else is due before. */
  pollSeconds: number;
  clock: Clock;
  monotonic: () => number;
  alert: Alert;
  /** A host has answered, or not: there may be room for the next. */
  wake: () => void;
}

/**
 * Hosts told at the same time: two calls a second each at most, well below what SSM lets an account make, and enough for a
 * morning when all shared desktops start at once.
 */
const pushesAtOnce = 20;

interface Due {
  desktop: SharedDesktop;
  wanted: WantedPermissions;
}

/**
 * Looks which hosts do not know who may use their desktops now, and tells them. A pass does not wait for hosts: one that is
 * silent keeps no other waiting.
 */
export class PermissionPasses {
  private readonly deps: ApplyPermissionsDeps;
  private readonly attempts: PushAttempts;
  private readonly work: BackgroundWork;
  private leftOut = new Set<string>();

  constructor(deps: ApplyPermissionsDeps) {
    this.deps = deps;
    this.attempts = new PushAttempts(deps);
    this.work = new BackgroundWork(deps.wake, (err) =>
      deps.logger.error({ err }, 'what a host was told could not be recorded; it is told again'),
    );
  }

  /** One look; returns after how many seconds there is something to do. */
  async pass(): Promise<number> {
    const { store, rules, clock, pollSeconds } = this.deps;
    await store.forgetEnded();
    const now = clock.now().toJSDate();
    const desktops = await store.look(now);
    const known = desktops.map((desktop) => ({ desktop, wanted: wantedPermissions(desktop, rules) }));
    this.reportLeftOut(known);
    const due = known.filter(({ desktop, wanted }) => !isTold(desktop, wanted));
    this.attempts.dueAre(due.map(({ desktop }) => desktop.sessionId));
    const waiting = due.filter(({ desktop: { sessionId } }) => !this.work.isBusy(sessionId));
    const ready = waiting
      .filter(({ desktop }) => this.attempts.secondsUntilNext(desktop.sessionId) === 0)
      // Those who have been silent wait for the others, and not the other way round.
      .sort((one, other) => this.failuresOf(one) - this.failuresOf(other));
    // The others' turn comes when one of these has answered.
    for (const one of ready.slice(0, pushesAtOnce - this.work.size)) this.begin(one, now);
    const retries = waiting.filter((one) => !ready.includes(one));
    const pauses = [
      ...desktops.flatMap(({ shares }) => shares.map(({ expiresAt }) => secondsBetween(now, expiresAt))),
      ...retries.map(({ desktop }) => this.attempts.secondsUntilNext(desktop.sessionId)),
    ];
    return pauses.reduce((least, pause) => Math.min(least, pause), pollSeconds);
  }

  async settled(): Promise<void> {
    await this.work.settled();
  }

  private failuresOf({ desktop }: Due): number {
    return this.attempts.failuresOf(desktop.sessionId);
  }

  private begin({ desktop, wanted }: Due, decidedAt: Date): void {
    const { sessionId } = desktop;
    this.work.start([sessionId], async () => {
      try {
        const failure = await pushPermissions(this.deps, desktop, { wanted, decidedAt });
        if (failure) this.fail(desktop, failure);
        else this.attempts.done(sessionId);
      } catch (error) {
        this.attempts.failed(sessionId, { kind: 'unclear', code: 'Error', message: String(error) });
        throw error;
      }
    });
  }

  private fail({ sessionId, instanceId }: SharedDesktop, failure: PermissionFailure): void {
    const { logger, alert } = this.deps;
    this.attempts.failed(sessionId, failure);
    const detail = { sessionId, instanceId, failure };
    logger.warn(detail, 'a host could not be told who may use its desktop; trying again');
    if (failure.kind !== 'unauthorized') return;
    alert('aws-refuses', detail, 'AWS does not let us tell a host who may use its desktop');
  }

  /** Once each: it does not come right by itself. */
  private reportLeftOut(known: Due[]): void {
    const before = this.leftOut;
    this.leftOut = new Set();
    for (const { desktop, wanted } of known) {
      for (const user of wanted.file.leftOut) {
        const { sessionId } = desktop;
        const key = `${sessionId} ${user}`;
        this.leftOut.add(key);
        if (before.has(key)) continue;
        this.deps.logger.error(
          { sessionId, user },
          'a guest has a name or features that no DCV rule can have',
        );
      }
    }
  }
}

function secondsBetween(now: Date, then: Date): number {
  return Math.max(0, (then.getTime() - now.getTime()) / 1000);
}
