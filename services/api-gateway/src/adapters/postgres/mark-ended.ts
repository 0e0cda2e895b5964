import type { DatabaseTransaction } from '@deskfleet/database';

/** Records that a session is over, which frees its name; a second telling changes nothing. */
export async function markSessionEnded(
  trx: DatabaseTransaction,
  { sessionId, at }: { sessionId: string; at: Date },
): Promise<void> {
  await trx
    .updateTable('api_gateway.sessions')
    .set({ ended_at: at })
    .where('id', '=', sessionId)
    .where('ended_at', 'is', null)
    .execute();
}
