import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonClient } from '../support/client.js';
import { describeOnEachStore } from '../support/each-store.js';
import { useApp, type TestApp } from '../support/use-app.js';

const LONG = 60_000;

async function device(app: TestApp, name: string, recover?: 'unread'): Promise<JsonClient> {
  const client = await app.connectJson();
  await client.login({ uid: 'ada', device: name, recover });
  return client;
}

const ack = (client: JsonClient, offset: number) => client.exchange('ack', { offset });

/** Which device is how far. */
function states({ receipts }: { receipts?: { device?: string; state: string }[] }) {
  const entries = receipts!.map(({ device: name, state }) => [String(name), state] as const);
  return Object.fromEntries(entries) as Record<string, string>;
}

describeOnEachStore('a receipt', {}, (nodes) => {
  const { a, b } = nodes;
  beforeEach(() => nodes.start());

  it('tells each device to whose socket the message was handed, on every node', async () => {
    const phone = await device(a, 'phone');
    const tablet = await device(b, 'tablet');
    const outcome = await a.push.sendToUid('ada', 'x', {
      receipt: 'written',
      quorum: 'all',
      timeout: LONG,
    });
    expect(outcome).toMatchObject({ nodes: 2, offset: 1, epoch: expect.any(String) });
    expect(outcome.receipts).toHaveLength(2);
    expect(outcome.receipts).toEqual(
      expect.arrayContaining([
        { connectionId: phone.connectionId, device: 'phone', state: 'written' },
        { connectionId: tablet.connectionId, device: 'tablet', state: 'written' },
      ]),
    );
  });

  it('answers when the first device has acknowledged the message', async () => {
    const [, tablet] = [await device(a, 'phone'), await device(b, 'tablet')];
    const sent = a.push.sendToUid('ada', 'x', { receipt: 'acked', timeout: LONG });
    expect(await tablet.nextRetained()).toEqual([1, 'x']);
    await ack(tablet, 1);
    expect(states(await sent)).toMatchObject({ tablet: 'acked' });
  });

  it('answers when all devices have, however far an acknowledgement reaches', async () => {
    const [phone, tablet] = [await device(a, 'phone'), await device(b, 'tablet')];
    const options = { receipt: 'acked', quorum: 'all', timeout: LONG } as const;
    const sent = b.push.sendToUid('ada', 'x', options);
    await phone.nextRetained();
    await ack(phone, 1);
    await a.push.sendToUid('ada', 'y', { retain: true });
    await tablet.nextRetained();
    await tablet.nextRetained();
    await ack(tablet, 2);
    expect(states(await sent)).toEqual({ phone: 'acked', tablet: 'acked' });
  });

  it('answers what is known when time is up', async () => {
    const [phone] = [await device(a, 'phone'), await device(b, 'tablet')];
    const options = { receipt: 'acked', quorum: 'all', timeout: 500 } as const;
    const sent = b.push.sendToUid('ada', 'x', options);
    await phone.nextRetained();
    await ack(phone, 1);
    expect(states(await sent)).toEqual({ phone: 'acked', tablet: 'written' });
  });

  it('does not wait for devices that have gone, nor when nobody is online', async () => {
    const phone = await device(b, 'phone');
    const sent = a.push.sendToUid('ada', 'x', { receipt: 'acked', timeout: LONG });
    await phone.nextRetained();
    await phone.close();
    expect(states(await sent)).toEqual({ phone: 'written' });
    const options = { receipt: 'written', timeout: LONG } as const;
    expect(await a.push.sendToUid('nobody', 'x', options)).toMatchObject({
      nodes: 0,
      offset: 1,
      receipts: [],
    });
  });

  it('does not wait for an acknowledgement of text clients, which have none', async () => {
    const text = await b.text('ada');
    const sent = a.push.sendToUid('ada', 'x', { receipt: 'acked', quorum: 'all', timeout: LONG });
    expect(await text.next()).toBe('x');
    expect(states(await sent)).toEqual({ undefined: 'written' });
  });

  it('counts a device that comes meanwhile and recovers the message', async () => {
    await device(a, 'tablet');
    const sent = a.push.sendToUid('ada', 'x', { receipt: 'acked', timeout: LONG });
    const phone = await device(b, 'phone', 'unread');
    expect(await phone.nextRetained()).toEqual([1, 'x']);
    await ack(phone, 1);
    expect(states(await sent)).toEqual({ phone: 'acked', tablet: 'written' });
  });

  it('is one for all uids of the message, and leaves out who is left out', async () => {
    const phone = await device(b, 'phone');
    const tablet = await device(b, 'tablet');
    const ben = await a.connectJson();
    await ben.login({ uid: 'ben', device: 'desktop' });
    const sent = a.push.sendToUids(['ada', 'ben', 'nobody'], 'x', {
      except: tablet.connectionId,
      receipt: 'acked',
      quorum: 'all',
      timeout: LONG,
    });
    await Promise.all([phone.nextRetained(), ben.nextRetained()]);
    await Promise.all([ack(phone, 1), ack(ben, 1)]);
    const outcome = await sent;
    expect(outcome).toMatchObject({ nodes: 2 });
    expect(states(outcome)).toEqual({ phone: 'acked', desktop: 'acked' });
  });

  it('says who came too late to settle the message', async () => {
    const [phone, tablet] = [await device(a, 'phone'), await device(b, 'tablet')];
    const sent = a.push.sendToUid('ada', 'x', {
      receipt: 'acked',
      quorum: 'all',
      settle: 'first-ack',
      timeout: 500,
    });
    await Promise.all([phone.nextRetained(), tablet.nextRetained()]);
    await ack(phone, 1);
    expect(await ack(tablet, 1)).toMatchObject({ data: { code: 'CONFLICT' } });
    expect(states(await sent)).toEqual({ phone: 'acked', tablet: 'written' });
  });

  it('is part of the first answer that a repeat gets', async () => {
    const phone = await device(b, 'phone');
    const options = { receipt: 'acked', timeout: LONG, idempotencyKey: 'once' } as const;
    const [sent, repeat] = [
      a.push.sendToUid('ada', 'x', options),
      b.push.sendToUid('ada', 'x', options),
    ];
    await phone.nextRetained();
    await ack(phone, 1);
    const [first, second] = await Promise.all([sent, repeat]);
    expect([first.repeated, second.repeated].filter(Boolean)).toEqual([true]);
    expect(states(first)).toEqual({ phone: 'acked' });
    expect(second.receipts).toEqual(first.receipts);
    expect(await phone.settle()).toEqual([]);
  });

  describe.each([
    ['another word', { receipt: 'read' as never }, 'receipt'],
    ['a quorum alone', { quorum: 'all' }, 'receipt'],
    ['a timeout alone', { timeout: 10 }, 'receipt'],
    ['another quorum', { receipt: 'acked', quorum: 2 as never }, 'quorum'],
    ['no time', { receipt: 'acked', timeout: 0 }, 'timeout'],
  ] as const)('of %s', (_, options, field) => {
    it('is refused', async () => {
      await expect(a.push.sendToUid('ada', 'x', options)).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        details: [{ field }],
      });
    });
  });
});

describe('more sends with a receipt than may wait', () => {
  const app = useApp({ push: { history: {}, maxPendingRequests: 1 } });

  it('are refused', async () => {
    const phone = await device(app, 'phone');
    const options = { receipt: 'acked', timeout: LONG } as const;
    const sent = app.push.sendToUid('ada', 'x', options);
    const refused = app.push.sendToUid('ada', 'y', options);
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await phone.nextRetained();
    await ack(phone, 1);
    expect(states(await sent)).toEqual({ phone: 'acked' });
  });
});
