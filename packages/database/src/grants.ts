import type { ServiceSchema } from './services.ts';

/** Tables of other services that a service reads. It writes none but its own. */
export const foreignReads: Record<ServiceSchema, readonly string[]> = {
  api_gateway: [
    'session_manager.session_runtime',
    'session_manager.session_transitions',
    'session_manager.instance_types',
    'token_service.dcv_connections',
  ],
  session_manager: [
    'api_gateway.sessions',
    'api_gateway.session_intents',
    'api_gateway.software_stacks',
    'token_service.dcv_connections',
  ],
  token_service: [
    'api_gateway.sessions',
    'api_gateway.session_intents',
    'api_gateway.users',
    'session_manager.session_runtime',
  ],
};
