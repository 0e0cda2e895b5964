import { type DeskfleetEvent, eventTypes, problemCodes, schemaNameOf } from '@deskfleet/contracts';
import Value from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadGatewayConfig } from '../src/config.ts';
import { type Gateway, startTestGateway } from './gateway-fixture.ts';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

test('the description is OpenAPI 3.1 and names the problems of every route', async () => {
  interface Operation {
    responses: Record<string, { content?: object }>;
  }
  const { body } = await gateway.send<{ openapi: string; paths: Record<string, Record<string, Operation>> }>(
    null,
    'GET /openapi.json',
  );
  expect(body.openapi).toBe('3.1.0');
  for (const operation of Object.values(body.paths).flatMap(Object.values<Operation>)) {
    expect(operation.responses['4XX']?.content).toHaveProperty(['application/problem+json']);
  }
});

test('the reference page and the start page are there for people, and a hint for programs', async () => {
  const reference = await gateway.send<string>(null, 'GET /docs/');
  expect([reference.status, reference.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('html'),
  ]);
  const page = await gateway.send<string>(null, 'GET /', { headers: { accept: 'text/html' } });
  expect(page.body).toContain('href="/docs"');
  expect((await gateway.send(null, 'GET /')).body).toMatchObject({ documentation: '/docs' });
});

test('every problem has its place on the page that its type points to', async () => {
  const { body } = await gateway.send<string>(null, 'GET /docs/problems');
  for (const code of Object.keys(problemCodes)) expect(body).toContain(`id="${code}"`);
});

test("every event's dataschema leads to the schema that its data adheres to", async () => {
  const session = await gateway.create('alice');
  const { rows } = await gateway.owner.query('select event::json as event from api_gateway.outbox');
  const event = rows[0].event as DeskfleetEvent;
  const path = new URL(event.dataschema).pathname;
  const schema = await gateway.send<object>(null, `GET ${path}`);
  expect(schema.headers.get('content-type')).toMatch(/^application\/schema\+json/);
  expect(Value.Check(schema.body, event.data)).toBe(true);
  expect(Value.Check(schema.body, { ...event.data, owner: 7 })).toBe(false);
  expect(event.subject).toBe(session.id);
  for (const type of eventTypes) {
    expect((await gateway.send(null, `GET /schemas/${schemaNameOf(type)}.json`)).status).toBe(200);
  }
  expect((await gateway.send(null, 'GET /schemas/nothing.json')).body).toMatchObject({ code: 'not-found' });
});

test('answers tell browsers to be careful, and every answer has an id of its own', async () => {
  const [first, second] = [await gateway.send(null, 'GET /'), await gateway.send('alice', 'GET /v1/me')];
  expect(first.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(first.headers.get('x-content-type-options')).toBe('nosniff');
  expect(first.headers.get('x-request-id')).not.toBe(second.headers.get('x-request-id'));
  expect(second.headers.get('cache-control')).toBe('no-store');
});

test('all faults of the settings are told at once', () => {
  const load = () => loadGatewayConfig({ PORT: 'eighty', DCV_ACCESS_MODE: 'tunnel', OIDC_ISSUER: 'example' });
  expect(load).toThrow(/PORT[\s\S]*DATABASE_URL[\s\S]*OIDC_ISSUER[\s\S]*DCV_ACCESS_MODE/);
  const { DCV_BASE_URL: _, ...environment } = gateway.environment;
  expect(() => loadGatewayConfig(environment)).toThrow(/DCV_BASE_URL is not set, but DCV_ACCESS_MODE=path/);
});
