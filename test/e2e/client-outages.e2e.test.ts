import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { PushClientOptions } from '../../src/client/index.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import type { Example } from '../support/example.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { useExamples } from '../support/use-example.js';
import { usePushClients } from '../support/use-push-clients.js';

const start = useExamples();
const newClient = usePushClients();

async function kill({ process }: Example): Promise<void> {
  process.kill('SIGKILL');
  await once(process, 'exit');
}

describe('a client whose server is', () => {
  it('killed comes back when there is one again, and sends what waited', async () => {
    const PORT = String(await freePort());
    const server = await start({ PORT });
    const [ada, ben] = [newClient(server.url), newClient(server.url, { uid: 'ben' })];
    await Promise.all([ada.client.connect(), ben.client.connect()]);
    await kill(server);
    await ada.state('waiting');
    await ben.state('waiting');
    const sending = [1, 2, 3].map((n) => ada.client.send('ben', n));
    await until('ada has tried in vain', () => ada.client.state.name === 'connecting');
    await start({ PORT });
    await Promise.all(sending);
    await until('ben is back', () => ben.client.state.name === 'connected');
    await ada.client.send('ben', 'last');
    await until('the last message is there', () => ben.messages.at(-1)?.data === 'last');
    // Whether ben was back before the messages is chance; their order is not.
    const numbers = ben.messages.map(({ data }) => data).slice(0, -1);
    expect(numbers).toEqual([1, 2, 3].slice(3 - numbers.length));
  });

  it('restarted in good order comes back', async () => {
    const PORT = String(await freePort());
    const server = await start({ PORT });
    const ada = newClient(server.url);
    await ada.client.connect();
    await server.stop();
    expect(await ada.state('waiting')).toMatchObject({ code: 1012 });
    await start({ PORT });
    await ada.state('connected');
    await until('it is connected', () => ada.client.state.name === 'connected');
    await ada.client.send('ada', 'back');
    expect(await ada.message()).toMatchObject({ data: 'back' });
  });

  it('paused notices it, and comes back when it goes on', async () => {
    const server = await start();
    const ada = newClient(server.url);
    await ada.client.connect();
    server.process.kill('SIGSTOP');
    try {
      const sending = ada.client.send('ada', 'lost?');
      expect(await ada.state('waiting')).toMatchObject({ code: 1006 });
      await expect(sending).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      // The kernel accepts connections for a process that does not run.
      expect(await ada.state('waiting')).toMatchObject({ code: 1006 });
    } finally {
      server.process.kill('SIGCONT');
    }
    await until('it is connected', () => ada.client.state.name === 'connected');
    expect(await ada.client.send('ada', 'back')).toMatchObject({ nodes: 1 });
  });
});

describe('a client behind a cable that is', () => {
  let proxy: CuttableProxy | undefined;

  afterEach(() => proxy?.close());

  async function behindProxy(options: Partial<PushClientOptions> = {}) {
    const server = await start();
    proxy = await CuttableProxy.to(Number(new URL(server.url).port));
    const ada = newClient(proxy.urlFor('ws:'), options);
    const ben = newClient(server.url, { uid: 'ben' });
    await Promise.all([ada.client.connect(), ben.client.connect()]);
    return { proxy, ada, ben };
  }

  it('cut notices it, tries on, and comes back when it is mended', async () => {
    const { proxy, ada, ben } = await behindProxy();
    proxy.cut();
    expect(await ada.state('waiting')).toMatchObject({ code: 1006 });
    const sending = ada.client.send('ben', 'when I am back');
    expect(await ada.state('waiting')).toMatchObject({ code: 1006 });
    proxy.mend();
    await sending;
    expect(await ben.message()).toMatchObject({ data: 'when I am back' });
  });

  it('slow for a moment keeps its connection, and gets all in order', async () => {
    const { proxy, ada, ben } = await behindProxy({ pingInterval: 60_000 });
    const release = proxy.holdAnswers();
    const sending = Array.from({ length: 20 }, (_, i) => ben.client.send('ada', i));
    await Promise.all(sending);
    expect(ada.messages).toEqual([]);
    release();
    await until('all messages are there', () => ada.messages.length === 20);
    expect(ada.messages.map(({ data }) => data)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('cut before the answer does not know, and sends nothing twice', async () => {
    const { proxy, ada, ben } = await behindProxy();
    const lost = proxy.loseAnswer(/"sent"/);
    const sending = ada.client.send('ben', 'once');
    await lost;
    await expect(sending).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    proxy.mend();
    await until('it is connected', () => ada.client.state.name === 'connected');
    await ada.client.send('ben', 'last');
    await until('the last message is there', () => ben.messages.at(-1)?.data === 'last');
    expect(ben.messages.map(({ data }) => data)).toEqual(['once', 'last']);
  });

  it('cut before the answer repeats what may be repeated', async () => {
    const { proxy, ada, ben } = await behindProxy();
    const lost = proxy.loseAnswer(/"sent"/);
    const sending = ada.client.send('ben', 'again', { repeatable: true });
    await lost;
    proxy.mend();
    expect(await sending).toMatchObject({ nodes: 1 });
    await until('both are there', () => ben.messages.length === 2);
    expect(ben.messages.map(({ data }) => data)).toEqual(['again', 'again']);
  });
});
