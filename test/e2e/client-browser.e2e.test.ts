import { describe, expect, it } from 'vitest';
import { AllowAllRoutePolicy } from '../../src/index.js';
import { snippets } from '../support/documents.js';
import { freePort } from '../support/free-port.js';
import { PlainChromium } from '../support/plain-chromium.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { useBrowser, type OpenPage } from '../support/use-browser.js';
import { useExamples } from '../support/use-example.js';

const app = useApp({ push: { routePolicy: AllowAllRoutePolicy } });
const start = useExamples();
const browser = useBrowser();

/** Runs a script in the page, which may await and return. */
function run<Result>(page: OpenPage, script: string): Promise<Result> {
  return page.evaluate(`(async () => { ${script} })()`);
}

interface Options {
  uid?: string;
  /** Whether the tabs of its profile share one connection. */
  shared?: boolean;
}

/** Loads the ready files and connects, as `client` with `messages`; quick, so that nobody waits. */
const connecting = (url: string, { uid = 'ada', shared = false }: Options = {}): string => `
  const { PushClient } = await import('/push-client.min.js');
  const { sharedWebSocket } = await import('/push-client-shared.min.js');
  const webSocket = ${shared} ? sharedWebSocket() : WebSocket;
  const times = { minBackoff: 10, maxBackoff: 100, pingInterval: 300, pingTimeout: 700 };
  const auth = () => ({ uid: '${uid}' });
  window.client = new PushClient('${url}', { auth, webSocket, ...times });
  window.messages = [];
  client.on('message', ({ data }) => messages.push(data));
  return client.connect();`;

function connect(page: OpenPage, url: string, options?: Options): Promise<unknown> {
  return run(page, connecting(url, options));
}

const messagesOf = (page: OpenPage) => run<unknown[]>(page, 'return messages');
const stateOf = (page: OpenPage) => run<string>(page, 'return client.state.name');

function untilState(page: OpenPage, name: string): Promise<void> {
  return until(`the client is ${name}`, async () => (await stateOf(page)) === name);
}

function untilMessages(page: OpenPage, expected: unknown[]): Promise<void> {
  return until(`the page has ${JSON.stringify(expected)}`, async () => {
    const messages = await messagesOf(page);
    return JSON.stringify(messages) === JSON.stringify(expected);
  });
}

describe('the ready file in a page', () => {
  it("runs CLIENT.md's page", async () => {
    await app.start();
    const { code } = snippets(['src/client/CLIENT.md']).find(
      ({ language }) => language === 'html',
    )!;
    const page = await browser.open();
    await page.setContent(code.replace('ws://127.0.0.1:3000/', app.url));
    await until('ada is online', () => app.push.isOnline('ada'));
    const printed = page.waitForEvent('console');
    await app.push.sendToUid('ada', 'from the application');
    expect((await printed).text()).toBe('from the application');
  });

  it('sends and gets messages', async () => {
    await app.start();
    const page = await browser.open();
    await connect(page, app.url);
    const sent = await run(page, "return client.send('ada', { text: 'hi' })");
    expect(sent).toMatchObject({ nodes: 1 });
    await app.push.sendToUid('ada', 'from the application');
    await untilMessages(page, [{ text: 'hi' }, 'from the application']);
    expect(page.failures).toEqual([]);
  });

  it('notices that the network is gone, and comes back with it', async () => {
    await app.start();
    const page = await browser.open();
    await connect(page, app.url);
    await page.context().setOffline(true);
    await until('it has noticed', async () => (await stateOf(page)) !== 'connected');
    await run(page, "window.sending = client.send('ada', 'queued')");
    await page.context().setOffline(false);
    await run(page, 'await sending');
    await untilMessages(page, ['queued']);
    expect(page.failures).toEqual([]);
  });

  it('leaves when its tab is frozen, and comes back when it is resumed', async () => {
    await app.start();
    const chromium = await PlainChromium.start();
    try {
      const tab = await chromium.open(browser.url);
      await tab.run(connecting(app.url));
      await chromium.open('about:blank');
      expect(await app.push.isOnline('ada')).toBe(true);
      await until('the tab is hidden', () =>
        tab.run("return document.visibilityState === 'hidden'"),
      );
      await tab.send('Page.setWebLifecycleState', { state: 'frozen' });
      await until('ada is offline', async () => !(await app.push.isOnline('ada')));
      await tab.send('Page.setWebLifecycleState', { state: 'active' });
      await until('ada is online', () => app.push.isOnline('ada'));
      await until('it is connected', () => tab.run("return client.state.name === 'connected'"));
    } finally {
      await chromium.close();
    }
  });

  it('comes back when the server is restarted', async () => {
    const PORT = String(await freePort());
    const server = await start({ PORT });
    const page = await browser.open();
    await connect(page, server.url);
    await server.stop();
    await until('it has noticed', async () => (await stateOf(page)) !== 'connected');
    await run(page, "window.sending = client.send('ada', 'queued')");
    await start({ PORT });
    await run(page, 'await sending');
    await untilMessages(page, ['queued']);
    expect(page.failures).toEqual([]);
  });

  it('has a connection for each tab', async () => {
    await app.start();
    const first = await browser.open();
    const second = await browser.open(first);
    await connect(first, app.url);
    await connect(second, app.url);
    await app.push.sendToUid('ada', 'to both');
    for (const page of [first, second]) await untilMessages(page, ['to both']);
    expect(await app.push.countConnections()).toBe(2);
  });
});

describe('tabs that share a connection', () => {
  /** Ends who has the connection, until the pages are at one with the server on another one. */
  async function untilAnother(end: () => Promise<unknown>, ...pages: OpenPage[]): Promise<void> {
    const [before] = await app.push.connectionsOf('ada');
    await end();
    await until('the others are on another connection', async () => {
      const [now] = await app.push.connectionsOf('ada');
      const ids = pages.map((page) => run(page, 'return client.state.connectionId'));
      const isAtOne = (await Promise.all(ids)).every((id) => id === now?.connectionId);
      return now !== undefined && now.connectionId !== before.connectionId && isAtOne;
    });
  }

  async function openTabs(count: number): Promise<OpenPage[]> {
    await app.start();
    const pages = [await browser.open()];
    while (pages.length < count) pages.push(await browser.open(pages[0]));
    for (const page of pages) await connect(page, app.url, { shared: true });
    return pages;
  }

  it('have one, get every message and each its own answers', async () => {
    const pages = await openTabs(3);
    expect(await app.push.countConnections()).toBe(1);
    await app.push.sendToUid('ada', 'to all');
    for (const page of pages) await untilMessages(page, ['to all']);
    const answers = await Promise.all(
      pages.map((page, i) => run<{ id: string }>(page, `return client.send('ada', ${i})`)),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(3);
    expect(pages.flatMap(({ failures }) => failures)).toEqual([]);
  });

  it('watch who is online by it, each for itself, whichever of them has it', async () => {
    const [first, second] = await openTabs(2);
    const watching = (...uids: string[]): string => `window.seen = [];
      const told = ({ uid, online }) => seen.push((online ? '+' : '-') + uid);
      window.list = client.watch(${JSON.stringify(uids)}, told);`;
    const untilSeen = (page: OpenPage, ...expected: string[]): Promise<void> =>
      until(`the page sees ${expected.join(' ')}`, async () => {
        return (await run<string[]>(page, 'return seen')).join() === expected.join();
      });
    await run(first, watching('ben', 'cy'));
    await run(second, watching('ben'));
    await untilSeen(first, '-ben', '-cy');
    await untilSeen(second, '-ben');
    const ben = await app.json('ben');
    await untilSeen(first, '-ben', '-cy', '+ben');
    await untilSeen(second, '-ben', '+ben');
    await untilAnother(() => first.close(), second);
    await ben.close();
    await untilSeen(second, '-ben', '+ben', '-ben');
    expect(second.failures).toEqual([]);
  });

  it('go on when the tab that has it is closed, and when it dies', async () => {
    const [first, second, third] = await openTabs(3);
    await untilAnother(() => first.close(), second, third);
    await app.push.sendToUid('ada', 1);
    for (const page of [second, third]) await untilMessages(page, [1]);
    await untilAnother(() => run(second, 'client.close()'), third);
    await run(third, "return client.send('ada', 2)");
    await untilMessages(third, [1, 2]);
    expect(await app.push.countConnections()).toBe(1);
    expect([...second.failures, ...third.failures]).toEqual([]);
  });

  it('come back when the server is restarted', async () => {
    const PORT = String(await freePort());
    const server = await start({ PORT });
    const first = await browser.open();
    const second = await browser.open(first);
    for (const page of [first, second]) await connect(page, server.url, { shared: true });
    await server.stop();
    await until('both have noticed', async () => {
      const states = [await stateOf(first), await stateOf(second)];
      return !states.includes('connected');
    });
    await start({ PORT });
    for (const page of [first, second]) await untilState(page, 'connected');
    await run(second, "return client.send('ada', 'back')");
    for (const page of [first, second]) await untilMessages(page, ['back']);
  });

  it('leave the connection when the last of them does', async () => {
    const [first, second] = await openTabs(2);
    for (const page of [first, second]) await run(page, 'client.close()');
    await until('nobody is connected', async () => (await app.push.countConnections()) === 0);
  });

  it('do not take in another user', async () => {
    const [first] = await openTabs(1);
    const eve = await browser.open(first);
    const refused = connect(eve, app.url, { uid: 'eve', shared: true });
    await expect(refused).rejects.toThrow();
    expect(await run(eve, 'return client.state.error.code')).toBe('AUTH_FAILED');
    expect(await stateOf(first)).toBe('connected');
  });
});
