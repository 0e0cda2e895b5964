import Fastify from 'fastify';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerFrameworkError,
  createHealth,
  ProblemError,
  problemDetails,
  validatorCompiler,
} from '../src/index.ts';

const app = Fastify({ bodyLimit: 1_000, frameworkErrors: answerFrameworkError });
const health = createHealth();
let databaseOk = true;

const Body = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    instanceType: Type.Optional(Type.String()),
    size: Type.Optional(Type.Integer({ minimum: 8 })),
    mode: Type.Optional(Type.Union([Type.Literal('stop'), Type.Literal('hibernate')])),
  },
  { additionalProperties: false },
);

beforeAll(async () => {
  app.setValidatorCompiler(validatorCompiler);
  await app.register(problemDetails);
  await app.register(health.routes);
  health.addReadinessCheck('database', async () => ({ ok: databaseOk, detail: 'The database answers.' }));
  app.post('/v1/things', { schema: { body: Body } }, async () => ({ ok: true }));
  const query = {
    schema: { querystring: Type.Object({ limit: Type.Optional(Type.Integer({ maximum: 100 })) }) },
  };
  app.get<{ Querystring: { limit?: number } }>('/v1/things', query, async (request) => request.query);
  app.get('/v1/things/:id', async () => {
    throw new ProblemError('quota-exceeded', 'You have 4 desktops.', { headers: { 'x-quota': '4' } });
  });
  app.get('/boom', async () => {
    throw new Error('secret detail');
  });
  app.get('/away', async () => {
    throw Object.assign(new Error('terminating connection'), { code: '57P01' });
  });
  app.get('/pool', async () => {
    throw new Error('timeout exceeded when trying to connect');
  });
});
afterAll(() => app.close());

async function send(
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  payload?: string | object,
  contentType = 'application/json',
) {
  const response = await app.inject({
    method,
    url,
    ...(payload === undefined ? {} : { payload, headers: { 'content-type': contentType } }),
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

describe('an error is answered as problem+json', () => {
  it.each([
    ['malformed JSON', 'POST', '/v1/things', '{', 400, 'malformed-json'],
    ['an empty body', 'POST', '/v1/things', '', 400, 'malformed-json'],
    ['a prototype attack', 'POST', '/v1/things', '{"__proto__": {}}', 400, 'malformed-json'],
    [
      'a body too large',
      'POST',
      '/v1/things',
      JSON.stringify({ name: 'x'.repeat(2_000) }),
      413,
      'body-too-large',
    ],
    ['an unknown path', 'GET', '/nothing', undefined, 404, 'not-found'],
    ['a bad escape', 'GET', '/v1/things/%zz', undefined, 400, 'invalid-request'],
    ['a method that is not offered', 'DELETE', '/v1/things', undefined, 405, 'method-not-allowed'],
    ['a refusal', 'GET', '/v1/things/1', undefined, 409, 'quota-exceeded'],
    ['a fault of ours', 'GET', '/boom', undefined, 500, 'internal-error'],
    ['Postgres shutting down', 'GET', '/away', undefined, 503, 'service-unavailable'],
    ['no connection in time', 'GET', '/pool', undefined, 503, 'service-unavailable'],
  ] as const)('%s', async (_name, method, url, payload, status, code) => {
    const answer = await send(method, url, payload);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, code, type: `/docs/problems#${code}`, instance: url });
    expect(answer.body.requestId).toBeTruthy();
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toContain('secret detail');
  });

  it('with the headers that belong to it', async () => {
    expect((await send('GET', '/away')).headers['retry-after']).toBe('5');
    expect((await send('DELETE', '/v1/things')).headers.allow).toContain('POST');
    expect((await send('GET', '/v1/things/1')).headers['x-quota']).toBe('4');
  });

  it('when the content type is not JSON', async () => {
    expect(await send('POST', '/v1/things', 'a=b', 'text/csv')).toMatchObject({
      status: 415,
      body: { code: 'unsupported-media-type' },
    });
  });
});

describe('an invalid request', () => {
  it('is answered with every fault at once, and a guess at misspelt names', async () => {
    const { body } = await send('POST', '/v1/things', { instanceTyp: 'm7i.large', size: 2, mode: 'sleep' });
    expect(body.code).toBe('invalid-request');
    expect(body.errors).toHaveLength(4);
    expect(body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/name', detail: "The field 'name' is missing." },
        { pointer: '/instanceTyp', detail: "There is no field 'instanceTyp'. Did you mean 'instanceType'?" },
        { pointer: '/size', detail: "The field 'size' must be at least 8." },
        { pointer: '/mode', detail: "The field 'mode' must be one of stop, hibernate." },
      ]),
    );
  });

  it('in a body is not mended by turning text into numbers; a query is text', async () => {
    expect((await send('POST', '/v1/things', { name: 'a', size: '20' })).body.errors).toEqual([
      { pointer: '/size', detail: "The field 'size' must be a whole number." },
    ]);
    expect((await send('GET', '/v1/things?limit=20')).body).toEqual({ limit: 20 });
    expect((await send('GET', '/v1/things?limit=x')).body.detail).toBe(
      "The query parameter 'limit' must be a whole number.",
    );
  });
});

describe('health', () => {
  it('is alive always, and ready while every check succeeds and nothing is draining', async () => {
    expect(await send('GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
    databaseOk = false;
    expect(await send('GET', '/readyz')).toMatchObject({
      status: 503,
      body: { status: 'not-ready', checks: { database: { ok: false } } },
    });
    databaseOk = true;
    health.startDraining();
    expect(await send('GET', '/readyz')).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect(await send('GET', '/healthz')).toMatchObject({ status: 200 });
  });
});
