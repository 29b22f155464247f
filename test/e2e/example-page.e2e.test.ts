import { SignJWT } from 'jose';
import type { BrowserContextOptions } from 'playwright-core';
import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { barriersIn } from '../support/barriers.js';
import { ChatPage } from '../support/chat-page.js';
import { connectJson, connectText } from '../support/client.js';
import { Gate } from '../support/gate.js';
import { until } from '../support/until.js';
import { useBrowser } from '../support/use-browser.js';
import { useExamples, useSharedExample } from '../support/use-example.js';
import { useRedis } from '../support/use-redis.js';

const DESKTOP = { viewport: { width: 1100, height: 720 }, locale: 'en-GB' };
const PHONE = {
  viewport: { width: 390, height: 780 },
  locale: 'en-GB',
  colorScheme: 'dark',
} as const;

const example = useSharedExample();
const start = useExamples();
const browser = useBrowser();
const pages: ChatPage[] = [];

let users = 0;
/** A name that no other test uses. */
const name = (uid: string): string => `${uid}${++users}`;

async function open(
  profile: BrowserContextOptions | ChatPage = DESKTOP,
  http = example.http,
): Promise<ChatPage> {
  const page = await ChatPage.open(browser, http, profile);
  pages.push(page);
  return page;
}

async function enter(
  uid: string,
  device: string,
  profile?: BrowserContextOptions | ChatPage,
): Promise<ChatPage> {
  const page = await (await open(profile)).signIn(uid, device);
  await page.isConnected();
  return page;
}

// Before the contexts are closed, which is the browser's hook.
afterEach(() => {
  const failures = pages.splice(0).flatMap(({ page }) => page.failures);
  expect(failures).toEqual([]);
});

describe("the example's page", () => {
  it('is served with headers that let in nothing else', async () => {
    for (const path of ['/', '/index.js', '/page.css', '/push-client.min.js']) {
      const { headers } = await supertest(example.http).get(path).expect(200);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
        etag: expect.any(String),
      });
    }
  });

  it('lets two users write to each other, and tells how far each message has come', async () => {
    const [ada, bob, carol] = ['ada', 'bob', 'carol'];
    const desk = await enter(ada, 'Desk');
    const phone = await enter(bob, 'Phone', PHONE);
    await desk.write(bob, 'Good morning. The delivery from Lyon is here.');
    await phone.shows(ada, 'to you', 'Good morning');
    await desk.shows('Good morning', `Seen by ${bob} on Phone`);
    await phone.write(ada, 'Thanks, I am on my way.');
    await desk.shows(bob, 'on my way');
    await phone.shows('on my way', `Seen by ${ada} on Desk`);
    await desk.write(`${bob}, ${carol}`, 'Lunch at one?');
    await desk.shows('Lunch', `Seen by ${bob} (1 of 2)`);
    await desk.write(carol, 'The keys are at the desk.');
    await desk.shows('The keys', `Sent, kept until ${carol} can get it`);
    await (await enter(carol, 'Laptop')).shows('The keys');
    await desk.shows('The keys', `Seen by ${carol} on Laptop`);
    await phone.askToApprove(ada, 'Approve 4,200 € for the new lift?');
    await desk.page.getByRole('button', { name: /^Approve/ }).waitFor();
    await desk.screenshot('page');
    await phone.screenshot('chat-phone-dark');
    await phone.page.emulateMedia({ colorScheme: 'light' });
    await phone.screenshot('chat-phone-light');
  });

  it('writes to groups and to everyone, and reads what other clients send', async () => {
    const [ada, bob] = [name('ada'), name('bob')];
    const [one, two] = [await enter(ada, 'Desk'), await enter(bob, 'Phone')];
    await one.join('lobby');
    await two.join('lobby');
    await one.writeToGroup('lobby', 'Who has the projector?');
    await two.shows(ada, 'to group lobby', 'projector');
    await one.shows('projector', `Seen by ${bob}`);
    await two.writeToAll('Closing at six.');
    await one.shows(bob, 'to everyone', 'Closing');
    await two.shows('Closing', 'Sent to everyone');
    const workerman = await connectText(example.url);
    await workerman.authenticate(name('old'));
    workerman.write(`${ada}:in plain text`);
    await one.shows('in plain text');
    // Whoever it claims to be from: the server has written whose it is.
    const forger = await connectJson(example.url);
    await forger.login(name('mallory'));
    const forged = { type: 'said', from: bob, text: 'trust me', at: 0, uids: [ada] };
    await forger.exchange('send', { to: ada, data: forged });
    await one.shows('mallory', 'trust me');
    await supertest(example.http).post('/orders/7/shipped').send({ uid: ada }).expect(202);
    await one.shows('The server', 'Order 7 has shipped.');
  });

  it('shows who is here, live, also after the connection was away', async () => {
    const [ada, bob, carol] = [name('ada'), name('bob'), name('carol')];
    const desk = await enter(ada, 'Desk');
    const first = await enter(bob, 'Phone');
    await desk.addPerson(bob);
    await desk.addPerson(carol);
    await desk.knows(bob, 'online');
    await desk.knows(carol, 'away');
    const second = await enter(bob, 'Tab');
    await first.press('Sign out');
    await enter(carol, 'Phone');
    await desk.knows(carol, 'online');
    await desk.knows(bob, 'online');
    await desk.press('Hold down');
    await desk.isCutOff();
    await second.press('Sign out');
    await second.page.getByLabel('Your name (uid)').waitFor();
    await desk.press('Hold down');
    await desk.knows(bob, 'away');
  });

  it('shows on each device of a user what another one has said', async () => {
    const [ada, bob] = [name('ada'), name('bob')];
    const desk = await enter(ada, 'Desk');
    const tab = await enter(ada, 'Tab', desk);
    await desk.write(bob, 'from the desk');
    await tab.shows('from the desk', `kept until ${bob}`);
    const late = await enter(ada, 'Late');
    await late.shows('from the desk', `kept until ${bob}`);
    expect(await desk.texts()).toEqual(['from the desk']);
  });

  it('recovers what was sent while it was cut off, and sends what was written meanwhile', async () => {
    const [ada, bob] = [name('ada'), name('bob')];
    const [one, two] = [await enter(ada, 'Desk'), await enter(bob, 'Phone', PHONE)];
    await one.addPerson(bob);
    await one.knows(bob, 'online');
    await two.press('Hold down');
    await two.isCutOff();
    await one.knows(bob, 'away');
    await one.write(bob, 'first');
    await one.write(bob, 'second');
    await one.shows('second', `kept until ${bob}`);
    await two.write(ada, 'written in the tunnel');
    await two.shows('written in the tunnel', 'Waits for the connection');
    await two.screenshot('cut-off-phone-dark');
    await two.press('Hold down');
    await two.shows('second', 'recovered');
    expect((await two.texts()).filter((text) => text !== 'written in the tunnel')).toEqual([
      'first',
      'second',
    ]);
    await one.shows('written in the tunnel');
    await one.shows('second', `Seen by ${bob} on Phone`);
    await two.press('Cut connection');
    await two.rowWith('Back. What was missed follows.').nth(1).waitFor();
    await two.isConnected();
    await one.write(bob, 'third');
    await two.shows('third');
  });

  it('takes a question off the other devices when the first has answered it', async () => {
    const [ada, bob] = [name('ada'), name('bob')];
    const desk = await enter(ada, 'Desk');
    const [phone, tab] = [await enter(bob, 'Phone', PHONE), await enter(bob, 'Tab')];
    await desk.askToApprove(bob, 'Approve 4,200 € for the new lift?');
    const waiting = tab.page.getByRole('button', { name: /^Approve: Approve 4,200/ });
    await waiting.waitFor();
    await phone.page.getByRole('button', { name: /^Decline/ }).waitFor();
    await phone.screenshot('approval-phone-dark');
    await phone.press('Approve: Approve 4,200 €');
    await waiting.waitFor({ state: 'detached' });
    const verdict = `Approved by ${bob} on Phone`;
    await desk.shows('Approve 4,200 €', verdict);
    await tab.shows(verdict);
    await phone.shows(verdict);
    await desk.askToApprove(name('nobody'), 'Anyone?');
    await desk.shows('Anyone?', 'is not here to decide');
  });

  it('does everything by keyboard', async () => {
    const [ada, bob] = [name('ada'), name('bob')];
    const two = await enter(bob, 'Phone');
    const { page } = await open();
    const focus = async (label: string): Promise<void> => {
      const isThere = () =>
        page.evaluate<boolean>(
          `[document.activeElement?.ariaLabel, document.activeElement?.labels?.[0]?.innerText,
            document.activeElement?.innerText].some((text) => text?.trim() === ${JSON.stringify(label)})`,
        );
      for (let i = 0; i < 40; i++) {
        if (await isThere()) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`No way leads to "${label}" by the tab key.`);
    };
    await page.locator('#uid:focus').waitFor();
    await page.keyboard.type(ada);
    await focus('Sign in');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Connected' }).waitFor();
    await focus('Names, separated by commas');
    await page.keyboard.type(bob);
    await focus('Message');
    await page.keyboard.type('by hand');
    await page.keyboard.press('Enter');
    await two.shows('by hand');
    await focus('Name of a group');
    await page.keyboard.type('typists');
    await page.keyboard.press('Enter');
    await focus('Write to group typists');
    await focus('Cut connection');
    await page.keyboard.press('Space');
    await page.getByText('Back. What was missed').waitFor();
    await two.askToApprove(ada, 'Approve by keyboard?');
    await page.getByText('asks you to approve').waitFor();
    await focus('Approve: Approve by keyboard?');
    await page.keyboard.press('Enter');
    await two.shows('Approve by keyboard?', `Approved by ${ada}`);
  });

  it.each([DESKTOP, PHONE])(
    'has no barriers that axe-core finds: $viewport.width',
    async (profile) => {
      const page = await open(profile);
      await page.press('Sign in');
      await page.page.getByRole('alert').filter({ hasText: 'Say who you are.' }).waitFor();
      expect(await barriersIn(page.page)).toEqual([]);
      await page.screenshot(`sign-in-${profile.viewport.width}`);
      await page.signIn(name('ada'), 'Desk');
      await page.isConnected();
      expect(await barriersIn(page.page)).toEqual([]);
    },
  );

  it('has no barriers that axe-core finds while much is going on', async () => {
    const [ada, bob] = [name('ada'), name('bob')];
    const [one, two] = [await enter(ada, 'Desk'), await enter(bob, 'Phone', PHONE)];
    await one.join('lobby');
    await one.write(bob, 'hello');
    await one.shows('hello', 'Seen');
    await two.press('Cut connection');
    await two.askToApprove(ada, 'Approve?');
    await one.page.getByText('asks you to approve').waitFor();
    await two.press('People');
    for (const { page } of [one, two]) expect(await barriersIn(page)).toEqual([]);
    await two.screenshot('people-phone-dark');
  });

  it('waits for its script: what is written before stays, and nothing is sent', async () => {
    const { page } = await open();
    const script = new Gate();
    await page.route('**/index.js', async (route) => {
      await script.wait();
      await route.continue();
    });
    await page.reload({ waitUntil: 'commit' });
    const uid = name('ada');
    await page.getByLabel('Your name (uid)').fill(uid);
    await page.keyboard.press('Enter');
    expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true);
    await page.getByLabel('This device').focus();
    script.open();
    await page.locator('#enter:enabled').waitFor();
    await page.keyboard.type('Desk');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByText(uid, { exact: true }).waitFor();
    await page.getByRole('complementary').getByText('Desk').waitFor();
  });

  it('says why somebody is not let in', async () => {
    const page = await (await open()).signIn('all', 'Desk');
    await page.page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    await page.signIn(name('ada'), 'Desk');
    await page.isConnected();
  });

  it('takes tokens with PUSH_AUTH=jwt, on the path of PUSH_PATH', async () => {
    const secret = 'a secret for the example, long enough';
    const { http } = await start({
      PUSH_AUTH: 'jwt',
      PUSH_JWT_SECRET: secret,
      PUSH_PATH: '/socket',
    });
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ada')
      .sign(new TextEncoder().encode(secret));
    const page = await open(DESKTOP, http);
    await page.signInWith('no token', 'Desk');
    await page.page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    await page.signInWith(token, 'Desk');
    await page.isConnected();
    await page.page.getByRole('complementary').getByText('ada').waitFor();
  });

  it('goes without what is kept where nothing is', async () => {
    const { http } = await start({ PUSH_HISTORY: 'off' });
    const [one, two] = [await open(DESKTOP, http), await open(DESKTOP, http)];
    await (await one.signIn('ada', 'Desk')).isConnected();
    await (await two.signIn('bob', 'Phone')).isConnected();
    await one.write('bob', 'now or never');
    await two.shows('now or never');
    await one.shows('now or never', 'Sent');
  });
});

describe("the example's page while Redis is away", () => {
  const redis = useRedis();

  it('says what may not have been sent, and says it once when it is tried again', async () => {
    const { http } = await start({ REDIS_URL: redis.url });
    const [one, two] = [await open(DESKTOP, http), await open(DESKTOP, http)];
    await (await one.signIn('ada', 'Desk')).isConnected();
    await (await two.signIn('bob', 'Phone')).isConnected();
    await redis.stop();
    await one.write('bob', 'once');
    await one.shows('once', 'Redis is away');
    await redis.restart();
    // Until the example has found it again.
    await until('it is sent', async () => {
      const again = one.page.getByRole('button', { name: 'Try again' });
      await again.click({ timeout: 100 }).catch(() => undefined);
      return (await one.rowWith('once', 'Seen by bob on Phone').count()) === 1;
    });
    expect(await two.texts()).toEqual(['once']);
  });
});
