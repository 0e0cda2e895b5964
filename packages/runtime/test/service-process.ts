// A service for run-service.test.ts; its first argument says how it goes wrong.
import { createServer } from 'node:net';
import { ConfigError, failpoint, runService, StartError } from '../src/index.ts';

const [mode = 'well'] = process.argv.slice(2);

runService({
  name: 'test-service',
  env: process.env,
  graceMilliseconds: 2_000,
  async start({ logger, health }) {
    failpoint('test.start');
    failpoint('test.start');
    if (mode === 'config') throw new ConfigError('test-service', [{ name: 'PORT', problem: 'is not set' }]);
    if (mode === 'known') throw new StartError('There is no room.');
    if (mode === 'port') await listen(Number(process.env.TAKEN_PORT));
    if (mode === 'bug') throw new TypeError('a bug');
    if (mode === 'uncaught') setTimeout(() => Promise.reject(new Error('nobody caught this')), 10);
    const keepAlive = setInterval(() => {}, 1_000);
    return {
      async drain() {
        logger.info(`drained while ${(await health.readiness()).status}`);
      },
      async stop() {
        clearInterval(keepAlive);
        if (mode === 'hang') await new Promise(() => {});
        logger.info('closed');
      },
    };
  },
});

function listen(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    createServer().once('error', reject).listen(port, '127.0.0.1', resolve);
  });
}
