import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, RunningSystem, windowsStack } from '../end-to-end/running-system.ts';
import { openByFile } from './open-by-file.ts';

/** Where Debian, Fedora and macOS install a browser that Playwright can drive. */
const browsers = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = browsers.find((path) => existsSync(path));

let system: RunningSystem;
let browser: Browser | undefined;

beforeAll(async () => {
  system = await RunningSystem.start({ DCV_ACCESS_MODE: 'path' });
  if (!executablePath) return;
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking'],
  });
}, 90_000);
afterAll(async () => {
  await browser?.close();
  await system?.remove();
});

const modes = [
  { mode: 'path', scheme: 'http', address: /^http:\/\/localhost:\d+\/desktops\/127\.[\d.]+\/\?/ },
  { mode: 'gateway', scheme: 'https', address: /^https:\/\/localhost:\d+\/\?/ },
  { mode: 'direct', scheme: 'https', address: /^https:\/\/127\.[\d.]+:8443\/\?/ },
] as const;

describe.each(modes)('with DCV_ACCESS_MODE=$mode', ({ mode, scheme, address }) => {
  let alice: ApiUser;
  let id: string;
  let context: BrowserContext;

  beforeAll(async () => {
    if (mode !== 'path') {
      await system.down();
      await system.up({ DCV_ACCESS_MODE: mode });
    }
    alice = await system.as('alice');
    // A Windows host calls its session `console`, as all others do: only the right host can be meant.
    id = (await alice.launch(`by ${mode}`, windowsStack)).id;
    await alice.reaches(id, 'running');
    // Certificates are of the simulator's own making; a person would accept them.
    if (browser) context = await browser.newContext({ ignoreHTTPSErrors: true });
  }, 120_000);
  afterAll(() => context?.close());

  test('the token of a connection file opens the desktop where the file leads', async () => {
    const { user, answer } = await openByFile(await alice.connectionFile(id), scheme);
    expect(answer).toMatchObject({ result: 'yes', username: user, sessionId: id });
  });

  test.skipIf(!executablePath)('the page says what to do when the token is not good', async () => {
    const { browserUrl } = await alice.connect(id);
    const page = await context.newPage();
    await page.goto(browserUrl.replace('authToken=ey', 'authToken=ex'));
    await page.getByText('cannot connect').first().waitFor();
    expect(await page.textContent('body')).not.toContain('is logged in');
  });

  test.skipIf(!executablePath)(
    'the page shows alice on her desktop, counts her as connected, tells her when it stops, and opens it no more',
    async () => {
      const { browserUrl } = await alice.connect(id);
      expect(browserUrl).toMatch(address);
      const page = await context.newPage();
      await page.goto(browserUrl);
      await page.getByRole('heading', { name: /^alice is logged in on desktop/ }).waitFor();
      const [instance] = await system.instancesOf(id);
      expect(instance?.connections).toHaveLength(1);

      await alice.ask(id, 'stop');
      await page.getByRole('heading', { name: 'You have been disconnected' }).waitFor();
      await page.getByRole('button', { name: 'Connect again' }).click();
      // A host that is down answers nothing; whoever stands before it says that it cannot be reached.
      const after = mode === 'direct' ? 'The connection was lost' : 'You cannot connect to this desktop';
      await page.getByRole('heading', { name: after }).waitFor();
      if (mode === 'gateway') await page.getByText('This desktop is not available.').waitFor();
      await alice.ask(id, 'terminate');
    },
    60_000,
  );
});
