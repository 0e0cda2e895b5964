import { runService } from '@deskfleet/runtime';
import { startSessionManager } from './start-session-manager.ts';

runService({ name: 'session-manager', env: process.env, start: startSessionManager });
