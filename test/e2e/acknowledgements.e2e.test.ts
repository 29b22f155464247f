import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonClient } from '../support/client.js';
import { describeOnEachStore } from '../support/each-store.js';
import { useApp, type TestApp } from '../support/use-app.js';

const RETAIN = { retain: true } as const;
const FIRST_ACK = { settle: 'first-ack' } as const;

async function device(app: TestApp, name?: string, recover?: 'unread'): Promise<JsonClient> {
  const client = await app.connectJson();
  await client.login({ uid: 'ada', device: name, recover });
  return client;
}

const ack = (client: JsonClient, offset: unknown) => client.exchange('ack', { offset });

/** The offsets of messages that come until a ping is answered. */
async function offsetsOf(client: JsonClient): Promise<unknown[]> {
  const frames = (await client.settle()).filter(({ event }) => event === 'message');
  return frames.map(({ data }) => (data as { offset: unknown }).offset);
}

describeOnEachStore('an acknowledgement', {}, (nodes) => {
  const { a, b } = nodes;
  beforeEach(() => nodes.start());

  it('moves the cursor of the device, never back, and unread begins behind it', async () => {
    for (const n of [1, 2, 3]) await a.push.sendToUid('ada', n, RETAIN);
    const phone = await device(b, 'phone');
    expect(await ack(phone, 2)).toMatchObject({ event: 'acked', data: { offset: 2 } });
    expect(await ack(phone, 1)).toMatchObject({ event: 'acked', data: { offset: 2 } });
    expect(await offsetsOf(await device(a, 'phone', 'unread'))).toEqual([3]);
    expect(await offsetsOf(await device(a, 'tablet', 'unread'))).toEqual([1, 2, 3]);
    expect(await offsetsOf(await device(a, undefined, 'unread'))).toEqual([1, 2, 3]);
  });

  it('without a device name is that of all connections without one', async () => {
    for (const n of [1, 2]) await a.push.sendToUid('ada', n, RETAIN);
    await ack(await device(b), 1);
    expect(await offsetsOf(await device(a, undefined, 'unread'))).toEqual([2]);
  });

  it('without an id is not answered, and takes effect in its order', async () => {
    await a.push.sendToUid('ada', 1, RETAIN);
    const phone = await device(b, 'phone');
    phone.write({ event: 'ack', data: { offset: 1 } });
    expect(await phone.settle()).toEqual([]);
    expect(await offsetsOf(await device(a, 'phone', 'unread'))).toEqual([]);
  });

  it.each([
    ['beyond the end of the stream', { offset: 2 }],
    ['of no offset', { offset: '1' }],
    ['of a negative one', { offset: -1 }],
    ['with something else in it', { offset: 1, epoch: 'x' }],
  ])('%s is refused', async (_, data) => {
    await a.push.sendToUid('ada', 1, RETAIN);
    const reply = await (await device(b)).exchange('ack', data);
    expect(reply).toMatchObject({ event: 'error', data: { code: 'VALIDATION_FAILED' } });
  });

  it('shows in what is told of the message', async () => {
    const { id } = await a.push.sendToUid('ada', 'x', RETAIN);
    const phone = await device(b, 'phone', 'unread');
    await ack(phone, 1);
    const found = async () => {
      const explanation = await a.push.explain(id);
      return explanation?.devices.map(Object.keys);
    };
    await expect.poll(found).toEqual([['connectionId', 'device', 'ackedAt', 'writtenAt']]);
    expect(await a.push.explain(id)).toMatchObject({ uid: 'ada', offset: 1, state: 'acked' });
    expect(await b.push.messages('ada')).toEqual({
      epoch: expect.any(String),
      offset: 1,
      messages: [{ id, offset: 1, at: expect.any(Number), data: 'x', state: 'acked' }],
    });
    expect(await a.push.explain('unknown')).toBeUndefined();
    expect(await a.push.messages('nobody')).toEqual({ epoch: null, offset: 0, messages: [] });
  });

  describe('of a message that the first one settles', () => {
    it('takes it from the other devices, and no recovery brings it', async () => {
      const [phone, tablet, watch] = [
        await device(a, 'phone'),
        await device(b, 'tablet'),
        await device(b, 'watch'),
      ];
      const { id } = await a.push.sendToUid('ada', 'approve', FIRST_ACK);
      await a.push.sendToUid('ada', 'read', RETAIN);
      for (const client of [phone, tablet, watch]) {
        expect(await client.nextRetained()).toEqual([1, 'approve']);
        expect(await client.nextRetained()).toEqual([2, 'read']);
      }
      expect(await ack(tablet, 2)).toMatchObject({ event: 'acked', data: { offset: 2 } });
      for (const client of [phone, watch]) {
        expect(await client.next()).toEqual({ event: 'settled', data: { id, offset: 1 } });
      }
      expect(await tablet.settle()).toEqual([]);
      expect(await offsetsOf(await device(a, 'desktop', 'unread'))).toEqual([2]);
      expect(await ack(phone, 1)).toMatchObject({ event: 'error', data: { code: 'CONFLICT' } });
      phone.write({ event: 'ack', data: { offset: 1 } });
      expect(await phone.settle()).toEqual([]);
    });

    it('at the same moment on two nodes is won by one, and the other learns it', async () => {
      for (let round = 1; round <= 10; round++) {
        const [phone, tablet] = [await device(a, 'phone'), await device(b, 'tablet')];
        const { offset } = await a.push.sendToUid('ada', 'approve', FIRST_ACK);
        await Promise.all([phone.nextRetained(), tablet.nextRetained()]);
        const replies = await Promise.all([ack(phone, offset), ack(tablet, offset)]);
        const codes = replies.map(({ event, data }) =>
          event === 'acked' ? event : (data as { code: string }).code,
        );
        expect(codes.sort()).toEqual(['CONFLICT', 'acked']);
        await Promise.all([phone.close(), tablet.close()]);
      }
    });

    it('that comes from a text client does not exist: it keeps what it was sent', async () => {
      const text = await a.text('ada');
      await a.push.sendToUid('ada', 'approve', FIRST_ACK);
      expect(await text.next()).toBe('approve');
      const phone = await device(b, 'phone', 'unread');
      expect(await phone.nextRetained()).toEqual([1, 'approve']);
      expect(await ack(phone, 1)).toMatchObject({ event: 'acked' });
      await a.push.sendToUid('ada', 'last');
      expect(await text.next()).toBe('last');
    });
  });
});

describe('an acknowledgement without a history', () => {
  const app = useApp();

  it('is refused', async () => {
    const client = await app.json('ada');
    const reply = await ack(client, 1);
    expect(reply).toMatchObject({ event: 'error', data: { code: 'VALIDATION_FAILED' } });
    await expect(app.push.messages('ada')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(app.push.explain('x')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
