import type { EventFeed } from './event-feed.ts';
import type { UserDirectory } from './ports.ts';

/** The feed, which also makes this replica look a user up anew who has been disabled by way of any replica. */
export function forgetDisabledUsers(feed: EventFeed, users: Pick<UserDirectory, 'forget'>): EventFeed {
  return {
    ...feed,
    push(event) {
      feed.push(event);
      const { type, data } = event.event;
      if (type !== 'deskfleet.access.user-disabled.v1') return;
      if (typeof data === 'object' && data !== null && 'user' in data && typeof data.user === 'string') {
        users.forget(data.user);
      }
    },
  };
}
