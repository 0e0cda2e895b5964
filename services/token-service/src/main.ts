import { runService } from '@deskfleet/runtime';
import { startTokenService } from './start-token-service.ts';

runService({ name: 'token-service', env: process.env, start: startTokenService });
