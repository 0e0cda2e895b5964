import type { DateTime } from 'luxon';

export interface DenialLimits {
  /** Denials of one asking address that are recorded in a minute. */
  perAddress: number;
  /** Denials that are recorded in a minute whatever their address: an attacker may have many. */
  inAll: number;
}

/** Far above what a broken host or a user who retries makes, far below what fills a disk: 600 a minute are 0.4 GB a day. */
export const defaultDenialLimits: DenialLimits = { perAddress: 20, inAll: 600 };

/** Decides which denials are recorded, so that a flood of forged tokens fills neither the database nor the log. */
export class DenialBudget {
  readonly #limits: DenialLimits;
  #minute = -1;
  #spent = 0;
  /** Holds at most `inAll` addresses, as each costs one of the budget. */
  #spentBy = new Map<string, number>();

  constructor(limits: DenialLimits) {
    this.#limits = limits;
  }

  /** Whether one more denial of this address may be recorded; if so, it is counted. */
  spend(address: string, now: DateTime): boolean {
    const minute = Math.floor(now.toMillis() / 60_000);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#spent = 0;
      this.#spentBy.clear();
    }
    const spent = this.#spentBy.get(address) ?? 0;
    if (spent >= this.#limits.perAddress || this.#spent >= this.#limits.inAll) return false;
    this.#spentBy.set(address, spent + 1);
    this.#spent += 1;
    return true;
  }
}
