import { createLogger } from '@deskfleet/runtime';

export const schema = 'session_manager';

/** Silent unless TEST_LOG_LEVEL says otherwise. */
export const logger = createLogger({ service: 'test', level: process.env.TEST_LOG_LEVEL ?? 'silent' });
