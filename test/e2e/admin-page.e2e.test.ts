import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { BrowserContextOptions } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { PushAdminModule } from '../../src/admin/index.js';
import { barriersIn } from '../support/barriers.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { screenshot } from '../support/screenshot.js';
import { useApp } from '../support/use-app.js';
import { useBrowser, type OpenPage } from '../support/use-browser.js';

const KEY = 'operators-only';
const DESKTOP = { viewport: { width: 1280, height: 900 }, locale: 'en-GB' };
const PHONE = {
  viewport: { width: 360, height: 780 },
  locale: 'en-GB',
  colorScheme: 'dark',
} as const;

const app = useApp({
  push: { history: {} },
  imports: [PushAdminModule.forRoot({ apiKeys: [KEY] })],
});
const browser = useBrowser();
const pages: OpenPage[] = [];

async function open(profile: BrowserContextOptions = DESKTOP, http = app.http): Promise<OpenPage> {
  const page = await browser.visit(`${http}/push-admin`, profile);
  pages.push(page);
  return page;
}

/** An operator's page that shows figures. */
async function signIn(profile?: BrowserContextOptions, http?: string): Promise<OpenPage> {
  const page = await open(profile, http);
  await page.getByLabel('API key').fill(KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await isLive(page);
  return page;
}

async function isLive(page: OpenPage): Promise<void> {
  await says(page, 'Live through');
}

async function says(page: OpenPage, state: string): Promise<void> {
  await page.locator('#state', { hasText: state }).waitFor();
}

/** What stands beside a name among the figures of now. */
async function shows(page: OpenPage, name: string, value: string): Promise<void> {
  const figure = page.locator('#now div').filter({ has: page.getByText(name, { exact: true }) });
  await figure.getByText(value, { exact: true }).waitFor();
}

async function find(page: OpenPage, uid: string): Promise<void> {
  await page.getByRole('searchbox').fill(uid);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: uid, exact: true }).waitFor();
}

// Before the contexts are closed, which is the browser's hook.
afterEach(() => {
  const failures = pages.splice(0).flatMap(({ failures }) => failures);
  expect(failures).toEqual([]);
});

describe("the operator's page", () => {
  it('lets in who knows the key, says so to who does not, and stays signed in', async () => {
    await app.start();
    const page = await open();
    const key = page.getByLabel('API key');
    await page.locator('#key:focus').waitFor();
    await key.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'wants a key that it knows' }).waitFor();
    expect(page.failures.splice(0)).toEqual([expect.stringContaining('401')]);
    await key.fill(KEY);
    await page.keyboard.press('Enter');
    await isLive(page);
    expect(await page.getByRole('alert').isVisible()).toBe(false);
    await page.reload();
    await isLive(page);
  });

  it('shows what goes on, and each node', async () => {
    await app.start();
    const page = await signIn();
    await shows(page, 'Users', '0');
    const [ada] = [await app.json('ada'), await app.json('ada'), await app.text('bob')];
    await shows(page, 'Users', '2');
    await shows(page, 'Connections', '3');
    const row = page.getByRole('table', { name: 'Nodes of the cluster' }).getByRole('row').nth(1);
    await row.filter({ hasText: 'up' }).getByRole('cell', { name: '3', exact: true }).waitFor();
    await ada.exchange('send', { to: ['ada', 'nobody'], data: 'hello' });
    await ada.exchange('send', { to: 'nobody', data: 'hello' });
    const plot = (name: RegExp) => page.getByRole('img', { name }).waitFor();
    await plot(/^Online: users 2, connections 3$/);
    await plot(/^Messages a second: messages 0\.\d, deliveries 0\.\d$/);
    await plot(/^Drops a second, by reason: offline 0\.\d, unavailable 0, slow 0, closed 0$/);
    await plot(/^Logins a second, by result: accepted 0\.\d$/);
    await ada.close(1000);
    await plot(/^Closes a second, by code: 1000 normal 0\.\d$/);
    await plot(/^Event loop late, the worst node: 99 % below [\d.]+ ms, longest [\d.]+ ms$/);
  });

  it('finds a uid, sends to it, tells what became of that, and disconnects it', async () => {
    await app.start();
    const ada = await app.json({ uid: 'ada', device: 'phone' });
    const tablet = await app.json({ uid: 'ada', device: 'tablet' });
    const page = await signIn();
    await find(page, 'ada');
    const user = page.getByRole('region', { name: 'ada', exact: true });
    await user.locator('h2:focus').waitFor();
    await user.getByRole('row', { name: /^phone/ }).waitFor();
    await user.getByLabel('Data').fill('{ "type": "shipped", "id": 7 }');
    await user.getByLabel('Retain it').check();
    await user.getByRole('button', { name: 'Send', exact: true }).click();
    const [offset, data] = await ada.nextRetained();
    expect([offset, data]).toEqual([1, { type: 'shipped', id: 7 }]);
    await user.getByRole('status').filter({ hasText: 'Sent: 1 node has it.' }).waitFor();
    const { epoch } = await app.push.messages('ada');
    await ada.exchange('ack', { epoch, offset });
    await user.getByRole('button', { name: 'Explain message 1' }).click();
    await user.getByText(/phone.*acknowledged/).waitFor();
    await screenshot(page, 'operator-user');
    await user.getByRole('button', { name: 'Disconnect tablet' }).click();
    await page.getByRole('button', { name: 'Disconnect', exact: true }).last().click();
    expect(await tablet.expectClose()).toMatchObject({ code: 4403 });
    await user.getByRole('button', { name: 'Disconnect', exact: true }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Disconnect ada?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await ada.settle()).toEqual([]);
    await user.getByRole('button', { name: 'Disconnect', exact: true }).first().click();
    await screenshot(page, 'operator-disconnects');
    await dialog.getByRole('button', { name: 'Disconnect' }).click();
    expect(await ada.expectClose()).toMatchObject({ code: 4403 });
    await user.getByText('Nobody of it is online.').waitFor();
    await user.getByText('offline', { exact: true }).waitFor();
  });

  it('says what the server refuses, and goes on', async () => {
    await app.start();
    const page = await signIn();
    await page.getByRole('searchbox').fill('all');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'uid must be' }).waitFor();
    await find(page, 'ada');
    await page.getByText('Nothing is kept.').waitFor();
    expect(await page.getByRole('alert').isVisible()).toBe(false);
  });

  it('says that it has lost the server, and comes back by itself', async () => {
    await app.start();
    const proxy = await CuttableProxy.to(Number(new URL(app.http).port));
    try {
      const page = await signIn(DESKTOP, proxy.urlFor('http:').slice(0, -1));
      proxy.cut();
      await says(page, 'No figures are coming');
      proxy.mend();
      await isLive(page);
      await app.close();
      await says(page, 'Connection lost (1012), trying again');
      await page.getByRole('searchbox').fill('ada');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await page.close();
      page.failures.splice(0);
    } finally {
      proxy.close();
    }
  });

  it('needs no key where a guard of the application lets in by a cookie', async () => {
    const guard: CanActivate = {
      canActivate: (context: ExecutionContext) => {
        const { headers } = context.switchToHttp().getRequest<{ headers: { cookie?: string } }>();
        return headers.cookie === 'operator=yes';
      },
    };
    await app.start({ imports: [PushAdminModule.forRoot({ guards: [guard] })] });
    const page = await browser.visit('about:blank', DESKTOP);
    pages.push(page);
    await page.context().addCookies([{ name: 'operator', value: 'yes', url: app.http }]);
    await page.goto(`${app.http}/push-admin`);
    await isLive(page);
    await page.context().clearCookies();
    await app.close();
    page.failures.splice(0);
  });

  it.each([DESKTOP, PHONE])('has no barriers, and fits: $viewport.width', async (profile) => {
    await app.start();
    for (const device of ['phone', 'laptop']) await app.json({ uid: 'ada', device });
    await app.push.sendToUid('ada', { type: 'shipped', id: 7 }, { retain: true });
    const stranger = await open(profile);
    await stranger.getByLabel('API key').waitFor();
    expect(await barriersIn(stranger)).toEqual([]);
    const page = await signIn(profile);
    await shows(page, 'Users', '1');
    expect(await barriersIn(page)).toEqual([]);
    await screenshot(page, `operator-${profile.viewport.width}`);
    await find(page, 'ada');
    await page.getByRole('button', { name: 'Explain message 1' }).click();
    await page.locator('.explanation').waitFor();
    expect(await barriersIn(page)).toEqual([]);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(profile.viewport.width);
    await page.getByRole('button', { name: 'Disconnect', exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
    expect(await barriersIn(page)).toEqual([]);
  });
});
