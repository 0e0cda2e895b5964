/** A person whom the embedded identity provider knows. */
export interface EmbeddedUser {
  username: string;
  name: string;
  email: string;
  groups: string[];
}

/** The users of the embedded default: two ordinary ones and an administrator. None has a password. */
export const embeddedUsers: readonly EmbeddedUser[] = [
  { username: 'alice', name: 'Alice Example', email: 'alice@example.com', groups: [] },
  { username: 'bob', name: 'Bob Example', email: 'bob@example.com', groups: [] },
  { username: 'admin', name: 'Ada Admin', email: 'admin@example.com', groups: ['deskfleet-admins'] },
];

export function findUser(username: unknown): EmbeddedUser | undefined {
  return embeddedUsers.find((user) => user.username === username);
}
