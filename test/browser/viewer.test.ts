import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiUser, RunningSystem } from '../end-to-end/running-system.ts';

/** Where Debian, Fedora and macOS install a browser that Playwright can drive. */
const browsers = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = browsers.find((path) => existsSync(path));

describe.skipIf(!executablePath)('the browser URL of a connection', () => {
  let system: RunningSystem;
  let alice: ApiUser;
  let browser: Browser;

  beforeAll(async () => {
    system = await RunningSystem.start();
    alice = await system.as('alice');
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-background-networking'],
    });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await system?.remove();
  });

  test('shows alice on her desktop, counts her as connected, and tells her when it stops', async () => {
    const { id } = await alice.launch('in a browser');
    await alice.reaches(id, 'running');
    const { browserUrl } = await alice.connect(id);
    const page = await browser.newPage();
    await page.goto(browserUrl);
    await page.getByRole('heading', { name: /^alice is logged in on desktop/ }).waitFor();
    const [instance] = await system.instancesOf(id);
    expect(instance?.connections).toHaveLength(1);

    await alice.ask(id, 'stop');
    await page.getByRole('heading', { name: /stopped|ended|disconnected/i }).waitFor();
    await alice.ask(id, 'terminate');
  }, 60_000);

  test('says what to do when the token is not good', async () => {
    const { id } = await alice.launch('forged');
    await alice.reaches(id, 'running');
    const { browserUrl } = await alice.connect(id);
    const page = await browser.newPage();
    await page.goto(browserUrl.replace('authToken=ey', 'authToken=ex'));
    await page.getByText('cannot connect').first().waitFor();
    expect(await page.textContent('body')).not.toContain('is logged in');
  }, 60_000);
});
