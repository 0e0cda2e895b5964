import { runService } from '@deskfleet/runtime';
import { startIdleMonitor } from './start-idle-monitor.ts';

runService({ name: 'idle-monitor', env: process.env, start: startIdleMonitor });
