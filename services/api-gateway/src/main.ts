import { runService } from '@deskfleet/runtime';
import { loadGatewayConfig } from './config.ts';
import { startGateway } from './start-gateway.ts';

runService({
  name: 'api-gateway',
  env: process.env,
  async start({ env, logger, health, signal }) {
    const { config, warnings } = loadGatewayConfig(env);
    for (const warning of warnings) logger.warn(warning);
    const gateway = await startGateway({ config, health, logger, signal });
    logger.info(`The API is at ${gateway.url}, its reference at ${config.PUBLIC_URL}/docs.`);
    return gateway;
  },
});
