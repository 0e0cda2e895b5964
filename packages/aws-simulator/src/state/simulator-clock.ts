/** Where real time comes from: milliseconds since the epoch. */
export interface TimeSource {
  now(): number;
}

/** `simulatedMs` was the simulator's time when `realMs` was the real one; from there it runs at `speed`. */
export interface ClockSetting {
  realMs: number;
  simulatedMs: number;
  /** Simulated seconds per real second; 0 stands still until the clock is advanced. */
  speed: number;
}

/** The simulator's own time, which tests and people can advance, set, slow down and stop. */
export interface SimulatorClock {
  now(): number;
  advance(ms: number): void;
  set(change: { nowMs?: number; speed?: number }): void;
  setting(): ClockSetting;
  restore(setting: ClockSetting | undefined): void;
  /** Back to real time. */
  reset(): void;
}

export function createSimulatorClock(source: TimeSource): SimulatorClock {
  const start = source.now();
  let setting: ClockSetting = { realMs: start, simulatedMs: start, speed: 1 };
  const now = () => setting.simulatedMs + (source.now() - setting.realMs) * setting.speed;

  const set = (change: { nowMs?: number; speed?: number }) => {
    const simulatedMs = change.nowMs ?? now();
    setting = { realMs: source.now(), simulatedMs, speed: change.speed ?? setting.speed };
  };
  return {
    now,
    set,
    advance: (ms) => set({ nowMs: now() + ms }),
    setting: () => ({ ...setting }),
    restore: (saved) => {
      if (saved) setting = { ...saved };
    },
    reset: () => {
      const real = source.now();
      setting = { realMs: real, simulatedMs: real, speed: 1 };
    },
  };
}

/** The machine's own clock: the one place in this package that reads it. */
export const systemTime: TimeSource = { now: () => Date.now() };
