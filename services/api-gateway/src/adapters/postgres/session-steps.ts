import { type SessionState, sessionStates } from '@deskfleet/contracts';
import { type RawBuilder, sql } from 'kysely';
import type { StateStep } from '../../domain/usage.ts';

const states = new Map<string, SessionState>(sessionStates.map((state) => [state, state]));

/** Reaches back to the month of yesterday, so that a clock that is not the database's finds its month as well. */
const readSince = sql`(select date_trunc('month', now() - interval '1 day', 'UTC'))`;

/**
 * The steps of the session `s` in the present month as `running@1764115200000,stopping@…`: one text is built, sent and
 * read several times faster than a row or a JSON value each. They begin with the last one before the month that is not
 * `error`, as only the state before an error tells whether the machine runs.
 */
export function stepsColumn(): RawBuilder<string | null> {
  return sql<string | null>`(
    select string_agg(t.to_state || '@' || (date_part('epoch', t.at) * 1000)::bigint::text, ',' order by t.id)
    from session_manager.session_transitions t
    where t.session_id = s.id and t.id >= coalesce((
      select b.id from session_manager.session_transitions b
      where b.session_id = s.id and b.at < ${readSince} and b.to_state <> 'error'
      order by b.id desc limit 1), 0))`;
}

/** The steps that `stepsColumn` tells. */
export function toSteps(text: string | null): StateStep[] {
  return text === null ? [] : text.split(',').map(toStep);
}

function toStep(step: string): StateStep {
  const separator = step.indexOf('@');
  const name = step.slice(0, separator);
  const state = states.get(name);
  if (state === undefined) throw new Error(`A step into the state ${name}, which there is not.`);
  return { state, at: new Date(Number(step.slice(separator + 1))) };
}
