import type { AdminSoftwareStack } from '@deskfleet/contracts';
import { connectDatabase } from '@deskfleet/database';
import { eventually } from '@deskfleet/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyWindowsImages } from '../src/adapters/postgres/apply-windows-images.ts';
import { loadGatewayConfig, windowsImagesOf } from '../src/config.ts';
import { type Gateway, startTestGateway, windowsStack } from './gateway-fixture.ts';

const plain = 'ami-0aaaaaaaaaaaaaaa4';
const graphics = 'ami-0bbbbbbbbbbbbbbb4';
const setting = JSON.stringify({
  graphics: { 'eu-central-1': graphics },
  'non-graphics': { 'eu-central-1': plain, 'us-east-1': 'ami-0ccccccccccccccc4' },
});

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startTestGateway({ DCV_WINDOWS_AMI: setting, AWS_REGION: 'eu-central-1' });
});
afterAll(() => gateway.close());

const route = `/v1/admin/software-stacks/${windowsStack}`;
const stack = async () => (await gateway.send<AdminSoftwareStack>('admin', `GET ${route}`)).body;
const changes = async () => {
  const { rows } = await gateway.owner.query(
    `select actor, detail from api_gateway.audit_log where actor like 'setting:%' order by id`,
  );
  return rows;
};

describe('DCV_WINDOWS_AMI', () => {
  test('sets the images of its region at the start, once for all replicas', async () => {
    await eventually(async () => (await stack()).image === plain);
    expect(await stack()).toMatchObject({ image: plain, graphicsImage: graphics });
    const { updatedAt } = await stack();
    const database = connectDatabase({
      url: gateway.database.urlFor('api_gateway'),
      applicationName: 'test',
      onConnectionLost: () => {},
    });
    const again = Array.from({ length: 3 }, () =>
      applyWindowsImages(database.db, { image: plain, graphicsImage: graphics }),
    );
    expect(await Promise.all(again)).toEqual([false, false, false]);
    await database.close();
    await gateway.restart();
    expect((await stack()).updatedAt).toBe(updatedAt);
    expect(await changes()).toMatchObject([
      { actor: 'setting:DCV_WINDOWS_AMI', detail: { to: { image: plain, graphics_image: graphics } } },
    ]);
  });

  test('stands above an administrator, who is told so instead of losing the change at the next start', async () => {
    const body = { image: 'ami-0aaaaaaaaaaaaaaa2', graphicsImage: null };
    const answer = await gateway.send('admin', `PATCH ${route}`, { body });
    expect(answer.body).toMatchObject({ status: 409, code: 'image-set-by-deployment' });
    expect(answer.body.errors?.map(({ pointer }) => pointer)).toEqual(['/image', '/graphicsImage']);
    const other = { image: plain, description: 'Our own image' };
    expect((await gateway.send('admin', `PATCH ${route}`, { body: other })).status).toBe(200);
  });

  test('without an image for the region leaves the stack as it is, with a warning that names the region', async () => {
    const config = (region: string) =>
      loadGatewayConfig({ ...gateway.environment, AWS_REGION: region }).config;
    expect(windowsImagesOf(config('eu-central-1')).warnings).toEqual([]);
    expect(windowsImagesOf(config('us-east-1'))).toEqual({
      images: { image: 'ami-0ccccccccccccccc4', graphicsImage: null },
      warnings: [expect.stringMatching(/no graphics image for us-east-1/)],
    });
    expect(windowsImagesOf(config('ap-south-2')).warnings).toHaveLength(2);
  });
});

describe.each<[string, string, RegExp]>([
  ['no JSON', 'ami-0aaaaaaaaaaaaaaa4', /is not a JSON object/],
  ['an unknown kind', '{"gpu": {}}', /must not have additional properties/],
  ['no AMI', '{"graphics": {"us-east-1": "windows"}}', /graphics\.us-east-1.*right form/],
  ['no list of regions', '{"graphics": "ami-0aaaaaaaaaaaaaaa4"}', /graphics.*not a JSON object/],
])('%s in DCV_WINDOWS_AMI', (_what, value, says) => {
  test('is a fault of the configuration, told with an example', () => {
    const load = () => loadGatewayConfig({ ...gateway.environment, DCV_WINDOWS_AMI: value });
    expect(load).toThrow(says);
    expect(load).toThrow(/DCV_WINDOWS_AMI is [\s\S]*Example: DCV_WINDOWS_AMI=\{"graphics"/);
  });
});

test('DCV_WINDOWS_AMI needs to know the region', () => {
  const { AWS_REGION: _, ...environment } = gateway.environment;
  expect(() => loadGatewayConfig(environment)).toThrow(/AWS_REGION is not set, but DCV_WINDOWS_AMI/);
});
