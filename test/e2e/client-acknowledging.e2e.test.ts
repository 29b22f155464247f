import { describe, expect, it } from 'vitest';
import type { PushClientOptions, ReceivedMessage, Recovery } from '../../src/client/index.js';
import type { MessageState, SendOptions } from '../../src/index.js';
import { Gate } from '../support/gate.js';
import { Mailbox } from '../support/mailbox.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { usePushClients } from '../support/use-push-clients.js';

const app = useApp({ push: { history: {} } });
const newClient = usePushClients();

/** A device of ada that is connected. */
async function device(name: string, options: Partial<PushClientOptions> = {}) {
  const watched = newClient(app.url, { device: name, ...options });
  await watched.client.connect();
  return watched;
}

const send = (data: unknown, options: SendOptions = { retain: true }) =>
  app.push.sendToUid('ada', data, options);

async function becomes(id: string, state: MessageState): Promise<void> {
  await until(`it is ${state}`, async () => (await app.push.explain(id))?.state === state);
}

describe('the client acknowledges', () => {
  it('a message when its listener has finished, and those before it with it', async () => {
    await app.start();
    const { client } = newClient(app.url, { device: 'phone' });
    const gate = new Gate();
    client.on('message', ({ data }) => (data === 'slow' ? gate.wait() : undefined));
    await client.connect();
    const { id: slow } = await send('slow');
    const { id: quick } = await send('quick');
    await gate.reached;
    await becomes(quick, 'written');
    // Had anything been acknowledged, the receipt of a later message would say so.
    const { receipts } = await send('later', { receipt: 'acked', timeout: 100 });
    expect(receipts).toMatchObject([{ device: 'phone', state: 'written' }]);
    gate.open();
    for (const id of [slow, quick]) await becomes(id, 'acked');
  });

  it('what a receipt asks for', async () => {
    await app.start();
    await device('phone');
    const sent = await send('x', { receipt: 'acked', timeout: 20_000 });
    expect(sent.receipts).toMatchObject([{ device: 'phone', state: 'acked' }]);
  });

  it('when the application says so, if that is its wish', async () => {
    await app.start();
    const phone = await device('phone', { acknowledge: 'manual' });
    for (const data of ['one', 'two', 'three']) await send(data);
    const [, two, three] = [await phone.message(), await phone.message(), await phone.message()];
    expect(await phone.client.ack(two)).toBe(2);
    expect(await phone.client.ack(two)).toBe(2);
    await becomes(two.id, 'acked');
    expect((await app.push.explain(three.id))?.state).not.toBe('acked');
    expect(await phone.client.ack(three)).toBe(3);
  });
});

describe('a device that comes for what it has not acknowledged', () => {
  it('gets that, also in another process, and nothing else', async () => {
    await app.start();
    const phone = await device('phone', { acknowledge: 'manual' });
    for (const data of ['one', 'two', 'three']) await send(data);
    await phone.message();
    await phone.client.ack(await phone.message());
    phone.client.close();
    const again = await device('phone', { unread: true });
    expect(await again.message()).toMatchObject({ data: 'three', position: { offset: 3 } });
    await send('four');
    expect(await again.message()).toMatchObject({ data: 'four' });
    expect(again.messages).toHaveLength(2);
    const desk = await device('desk', { unread: true });
    const all = [];
    for (let i = 0; i < 4; i++) all.push((await desk.message()).data);
    expect(all).toEqual(['one', 'two', 'three', 'four']);
  });
});

describe('a message that the first acknowledgement settles', () => {
  it('is taken from the other devices, of which a late one learns that it was late', async () => {
    await app.start();
    const [phone, desk] = [
      await device('phone', { acknowledge: 'manual' }),
      await device('desk', { acknowledge: 'manual' }),
    ];
    const settled = new Mailbox<unknown>((one) => JSON.stringify(one));
    desk.client.on('settled', (one) => settled.put(one));
    const { id, offset } = await send('approve?', { settle: 'first-ack' });
    const [mine, theirs] = [await phone.message(), await desk.message()];
    expect(await phone.client.ack(mine)).toBe(1);
    expect(await settled.take('settled')).toEqual({ id, offset });
    await expect(desk.client.ack(theirs)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await app.push.explain(id)).toMatchObject({ state: 'settled' });
    const later = await device('tablet', { unread: true });
    await send('next');
    expect(await later.message()).toMatchObject({ data: 'next' });
  });
});

describe('a client that missed more than it may recover', () => {
  it('is told so, and gets what comes then', async () => {
    await app.start({ push: { history: { maxRecovered: 2 } } });
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    };
    const before = await device('phone', { storage, storageKey: 'ada' });
    await send(1);
    await until('it is handled', () => kept.get('ada')?.includes('"offset":1') === true);
    before.client.close();
    for (const data of [2, 3, 4]) await send(data);
    const after = newClient(app.url, { device: 'phone', storage, storageKey: 'ada' });
    const recoveries: Recovery[] = [];
    after.client.on('recovered', (recovery) => recoveries.push(recovery));
    await after.client.connect();
    await send(5);
    const message: ReceivedMessage = await after.message();
    expect(message).toMatchObject({ data: 5, position: { offset: 5 } });
    expect(recoveries).toEqual([{ recovered: false, reason: 'too-many' }]);
  });
});
