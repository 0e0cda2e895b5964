import { problemDetails } from '@deskfleet/runtime';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { shedLoad } from '../src/adapters/http/protection.ts';

const block = (milliseconds: number) => {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
};
const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 1));

async function listen() {
  const app = fastify();
  await app.register(problemDetails);
  await shedLoad(app);
  app.get('/', async () => 'here');
  await app.ready();
  return app;
}

test('a process that was busy while it started answers its first requests', async () => {
  const app = await listen();
  block(1_500);
  await nextTurn();
  expect((await app.inject('/')).statusCode).toBe(200);
  await app.close();
});

test('a process whose loop lags by seconds says that it is busy, and when to come again', async () => {
  const app = await listen();
  for (const _ of Array(3)) {
    await new Promise((resolve) => setTimeout(resolve, 15));
    block(2_600);
  }
  await nextTurn();
  const answer = await app.inject('/');
  expect(answer.json()).toMatchObject({ status: 503, code: 'service-unavailable' });
  expect(answer.json().detail).toContain('too much to do');
  expect(answer.headers['retry-after']).toBe('5');
  await app.close();
});
