import type { Generated } from 'kysely';

/** Tokens that were issued; never the token itself. */
export interface DcvTokensTable {
  id: string;
  session_id: string;
  user_name: string;
  access_epoch: number;
  issued_at: Generated<Date>;
  first_use_by: Date;
  expires_at: Date;
  first_used_at: Date | null;
  /** The share by which the user may connect; null for the owner. */
  share_id: string | null;
  /** Of the user, when it was issued. */
  user_epoch: Generated<number>;
}

/** Connections that were authorised. */
export interface DcvConnectionsTable {
  id: string;
  session_id: string;
  token_id: string;
  user_name: string;
  client_address: string | null;
  host_address: string;
  authorized_at: Generated<Date>;
}

/** Connections that were refused, as far as the budget for recording them went. */
export interface DeniedConnectionsTable {
  id: string;
  /** Null, as the user and the token, where the token could not be opened. */
  session_id: string | null;
  user_name: string | null;
  token_id: string | null;
  client_address: string | null;
  host_address: string;
  reason: string;
  denied_at: Date;
}
