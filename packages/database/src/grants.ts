import type { ServiceSchema } from './services.ts';

/** Tables of other services that a service reads. It writes none but its own. */
export const foreignReads: Record<ServiceSchema, readonly string[]> = {
  api_gateway: [
    'session_manager.session_runtime',
    'session_manager.session_transitions',
    'session_manager.instance_types',
    'session_manager.subnets',
    'session_manager.images',
    'session_manager.host_permissions',
    'scheduler.schedule_state',
    'idle_monitor.idle_state',
    'token_service.dcv_connections',
    'token_service.denied_connections',
  ],
  session_manager: [
    'api_gateway.sessions',
    'api_gateway.session_intents',
    'api_gateway.software_stacks',
    'api_gateway.profiles',
    'api_gateway.projects',
    'api_gateway.users',
    'api_gateway.images',
    'api_gateway.shares',
    'token_service.dcv_connections',
  ],
  token_service: [
    'api_gateway.sessions',
    'api_gateway.session_intents',
    'api_gateway.users',
    'api_gateway.shares',
    'session_manager.session_runtime',
  ],
  scheduler: [
    'api_gateway.sessions',
    'api_gateway.session_intents',
    'api_gateway.software_stacks',
    'api_gateway.profiles',
    'session_manager.session_runtime',
    'session_manager.session_transitions',
  ],
  idle_monitor: [
    'api_gateway.sessions',
    'api_gateway.session_intents',
    'api_gateway.software_stacks',
    'api_gateway.profiles',
    'session_manager.session_runtime',
    'session_manager.instance_types',
    'token_service.dcv_connections',
  ],
};
