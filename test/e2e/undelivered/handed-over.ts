import { Injectable } from '@nestjs/common';
import { expect, it } from 'vitest';
import { UndeliveredHandler, type UndeliveredMessage } from '../../../src/index.js';
import { Mailbox } from '../../support/mailbox.js';
import type { ClusterUnderTest } from '../../support/use-cluster.js';
import { until } from '../../support/until.js';
import type { TestApp } from '../../support/use-app.js';

/** Keeps what it is handed, and is done with it when the test says so. */
export class RecordingHandler extends UndeliveredHandler {
  readonly inbox = new Mailbox<UndeliveredMessage>((message) => JSON.stringify(message));
  /** What becomes of the next ones. */
  outcome: () => void | Promise<void> = () => undefined;

  handle(message: UndeliveredMessage): void | Promise<void> {
    this.inbox.put(message);
    return this.outcome();
  }

  next(data: unknown): Promise<UndeliveredMessage> {
    return this.inbox.take(JSON.stringify(data), (message) => message.data === data);
  }

  get data(): unknown[] {
    return this.inbox.all.map(({ data }) => data);
  }
}

/** What becomes of messages that nobody acknowledges in time, whichever node sent them. */
export function describeUndelivered(cluster: ClusterUnderTest): void {
  const due = { undeliveredAfter: 1 };

  /** A node with a handler, and the others without one. */
  async function startHandling(
    handler: UndeliveredHandler,
    options: object = {},
  ): Promise<TestApp> {
    const history = { undeliveredHandler: handler, undeliveredInterval: 20, ...options };
    return cluster.start({ push: { history } });
  }

  it('are handed to the handler of a node that has one, with all that they are', async () => {
    const handler = new RecordingHandler();
    const sender = await cluster.start();
    await startHandling(handler);
    const sent = await sender.push.sendToUid('ada', { alarm: 1 }, due);
    const message = await handler.inbox.take('the message');
    const { id, epoch, offset } = sent;
    expect(message).toEqual({
      uid: 'ada',
      id,
      epoch,
      offset,
      at: expect.any(Number),
      data: { alarm: 1 },
    });
    await until('it is known to be undelivered', async () => {
      return (await sender.push.explain(id))?.state === 'undelivered';
    });
  });

  it('are handed over once, however many nodes have handlers', async () => {
    const handlers = [new RecordingHandler(), new RecordingHandler(), new RecordingHandler()];
    const nodes = await Promise.all(handlers.map((handler) => startHandling(handler)));
    const total = 60;
    await Promise.all(
      Array.from({ length: total }, (_, i) =>
        nodes[i % 3].push.sendToUids([`uid ${i % 7}`], i, { undeliveredAfter: 1 + (i % 5) }),
      ),
    );
    const all = () => handlers.flatMap(({ data }) => data);
    await until('all are handed over', () => all().length >= total);
    await nodes[0].push.sendToUid('fence', 'fence', { undeliveredAfter: 100 });
    await until('the fence is, too', () => all().includes('fence'));
    const numbers = all().filter((data) => data !== 'fence') as number[];
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i));
  });

  it('are not those that a device acknowledged in time', async () => {
    const handler = new RecordingHandler();
    const node = await startHandling(handler);
    const other = await cluster.start();
    const [ada] = await cluster.devices('ada', other);
    await node.push.sendToUid('ada', 'acknowledged', { undeliveredAfter: 3_000 });
    const { offset } = (await ada.nextEvent('message')) as { offset: number };
    expect(await ada.exchange('ack', { offset })).toMatchObject({ event: 'acked' });
    await node.push.sendToUid('ada', 'not acknowledged', { undeliveredAfter: 3_001 });
    await handler.next('not acknowledged');
    expect(handler.data).toEqual(['not acknowledged']);
  });

  it('are told by undelivered$ where somebody subscribes, and wait for somebody', async () => {
    const [one, other] = await cluster.nodes(2);
    await one.push.sendToUid('ada', 1, due);
    const told = new Mailbox<UndeliveredMessage>((message) => JSON.stringify(message));
    const subscription = other.push.undelivered$.subscribe((message) => told.put(message));
    expect(await told.take('the message')).toMatchObject({ uid: 'ada', data: 1 });
    subscription.unsubscribe();
  });

  it('are handed over again after the lease when the handler fails', async () => {
    const failing = new RecordingHandler();
    const faults = [
      () => {
        throw new Error('the mail server is away');
      },
      () => Promise.reject(new Error('the mail server is away')),
      () => undefined,
    ];
    failing.outcome = () => faults.shift()!();
    const node = await startHandling(failing, { undeliveredLease: 100 });
    await node.push.sendToUid('ada', 'x', due);
    for (let i = 0; i < 3; i++) await failing.next('x');
    await node.push.sendToUid('ada', 'fence', { undeliveredAfter: 300 });
    failing.outcome = () => undefined;
    await failing.next('fence');
    expect(failing.data).toEqual(['x', 'x', 'x', 'fence']);
  });

  it("are nobody else's as long as the handler is at it, however long that takes", async () => {
    const [slow, other] = [new RecordingHandler(), new RecordingHandler()];
    let finish = () => {};
    slow.outcome = () => new Promise((resolve) => (finish = resolve));
    const history = { undeliveredLease: 1_000, maxUndelivered: 1 };
    const node = await startHandling(slow, history);
    await node.push.sendToUid('ada', 'slow', due);
    await slow.next('slow');
    await startHandling(other, history);
    await node.push.sendToUid('ada', 'much later', { undeliveredAfter: 2_500 });
    await other.next('much later');
    expect(other.data).toEqual(['much later']);
    finish();
    slow.outcome = () => undefined;
    await node.push.sendToUid('ada', 'after it', { undeliveredAfter: 300 });
    const all = () => [...slow.data, ...other.data];
    await until('the next one is handed over', () => all().includes('after it'));
    expect(all().filter((data) => data === 'slow')).toHaveLength(1);
  });

  it('are finished before the application closes', async () => {
    const handler = new RecordingHandler();
    let finish = () => {};
    handler.outcome = () => new Promise((resolve) => (finish = resolve));
    const node = await startHandling(handler, { undeliveredLease: 100 });
    const other = await cluster.start();
    const { id } = await other.push.sendToUid('ada', 'last', due);
    await handler.next('last');
    const order: string[] = [];
    const closed = node.close().then(() => order.push('closed'));
    order.push('finished');
    finish();
    await closed;
    expect(order).toEqual(['finished', 'closed']);
    expect(await other.push.explain(id)).toMatchObject({ state: 'undelivered' });
  });

  it('go to a handler that Nest constructs, with what it asks for', async () => {
    @Injectable()
    class Mailer {
      readonly recorded = new RecordingHandler();
    }
    @Injectable()
    class MailingHandler extends UndeliveredHandler {
      constructor(private readonly mailer: Mailer) {
        super();
      }

      handle(message: UndeliveredMessage): void {
        void this.mailer.recorded.handle(message);
      }
    }
    const node = await cluster.start({
      push: { history: { undeliveredHandler: MailingHandler, undeliveredInterval: 20 } },
      providers: [Mailer, MailingHandler],
    });
    await node.push.sendToUid('ada', 'mail', due);
    await node.nest.get(Mailer).recorded.next('mail');
  });

  it.each([
    ['no time', { undeliveredAfter: 0 }],
    ['half a millisecond', { undeliveredAfter: 0.5 }],
    ['a word', { undeliveredAfter: 'soon' as never }],
  ])('are refused with %s', async (_, options) => {
    const node = await cluster.start();
    await expect(node.push.sendToUid('ada', 1, options)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ field: 'undeliveredAfter' }],
    });
  });
}
