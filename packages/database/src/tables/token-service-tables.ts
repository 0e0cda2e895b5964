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
