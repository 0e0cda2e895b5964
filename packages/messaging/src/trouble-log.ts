import type { Logger } from '@deskfleet/runtime';

/** Tells the log when something breaks and when it works again, not at every try in between. */
export interface TroubleLog {
  /** Logged once, until `over` is called or the sentence changes. */
  begin(sentence: string, err?: unknown): void;
  /** Logged if a trouble had begun. */
  over(sentence: string): void;
}

export function createTroubleLog(logger: Logger): TroubleLog {
  let told: string | null = null;
  return {
    begin(sentence, err) {
      if (told === sentence) return;
      told = sentence;
      logger.warn(err === undefined ? {} : { err }, sentence);
    },
    over(sentence) {
      if (told === null) return;
      told = null;
      logger.info(sentence);
    },
  };
}
