import { runService } from '@deskfleet/runtime';
import { startScheduler } from './start-scheduler.ts';

runService({ name: 'scheduler', env: process.env, start: startScheduler });
