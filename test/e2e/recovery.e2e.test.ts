import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonClient, StreamPosition, WelcomeData } from '../support/client.js';
import { describeOnEachStore } from '../support/each-store.js';
import type { TestApp } from '../support/use-app.js';

const RETAIN = { retain: true } as const;

/** A client that authenticates as ada with these members, and what it is told. */
async function come(app: TestApp, members: object = {}): Promise<[JsonClient, WelcomeData]> {
  const client = await app.connectJson();
  return [client, await client.login({ uid: 'ada', ...members })];
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

describeOnEachStore('a client that comes', {}, (nodes) => {
  const { a, b } = nodes;

  async function send(...data: unknown[]): Promise<StreamPosition> {
    let last: Partial<StreamPosition> = {};
    for (const one of data) last = await a.push.sendToUid('ada', one, RETAIN);
    return { epoch: last.epoch!, offset: last.offset! };
  }

  describe('for the first time', () => {
    beforeEach(() => nodes.start());

    it('is told where its stream ends, and gets what comes then', async () => {
      const [first, { stream }] = await come(b);
      expect(stream).toEqual({ epoch: expect.any(String), offset: 0 });
      expect(await send('one')).toEqual({ epoch: stream!.epoch, offset: 1 });
      const [second, { stream: later }] = await come(b);
      expect(later).toEqual({ epoch: stream!.epoch, offset: 1 });
      await send('two');
      expect(await first.nextRetained()).toEqual([1, 'one']);
      expect(await first.nextRetained()).toEqual([2, 'two']);
      expect(await second.nextRetained()).toEqual([2, 'two']);
      expect(await second.settle()).toEqual([]);
    });

    it('gets everything that nobody of its device has acknowledged, if it asks for the unread', async () => {
      await send('one', 'two');
      const [client, { stream }] = await come(b, { device: 'phone', recover: 'unread' });
      expect(stream).toEqual({ epoch: expect.any(String), offset: 2, recovered: true });
      expect(await client.nextRetained()).toEqual([1, 'one']);
      expect(await client.nextRetained()).toEqual([2, 'two']);
      expect(await client.settle()).toEqual([]);
    });
  });

  describe('back with a position', () => {
    it('gets what it missed, in order, and then what comes', async () => {
      await nodes.start();
      const position = await send('seen');
      await send('missed', { also: 'missed' });
      const [client, { stream }] = await come(b, { recover: position });
      expect(stream).toEqual({ epoch: position.epoch, offset: 3, recovered: true });
      await send('live');
      expect(await client.nextRetained()).toEqual([2, 'missed']);
      expect(await client.nextRetained()).toEqual([3, { also: 'missed' }]);
      expect(await client.nextRetained()).toEqual([4, 'live']);
      expect(await client.settle()).toEqual([]);
    });

    it('gets nothing if it missed nothing', async () => {
      await nodes.start();
      const position = await send('seen');
      const [client, { stream }] = await come(b, { recover: position });
      expect(stream).toEqual({ ...position, recovered: true });
      expect(await client.settle()).toEqual([]);
    });

    it('gets many messages, each once, whatever is sent meanwhile from both nodes', async () => {
      await nodes.start();
      const position = await send('seen');
      await a.push.sendToUids(['ada'], 'many', RETAIN);
      await Promise.all(numbers(3, 350).map((n) => a.push.sendToUid('ada', n, RETAIN)));
      const [other] = await come(b);
      const meanwhile = Promise.all(
        numbers(351, 450).map((n) => [b, a][n % 2].push.sendToUid('ada', n, RETAIN)),
      );
      const clients = await Promise.all([1, 2, 3].map(() => come(b, { recover: position })));
      await meanwhile;
      for (const [client, { stream }] of clients) {
        expect(stream).toMatchObject({ recovered: true });
        const offsets = [];
        for (const _ of numbers(2, 450)) offsets.push((await client.nextRetained())[0]);
        expect(offsets).toEqual(numbers(2, 450));
        expect(await client.settle()).toEqual([]);
      }
      const offsets = [];
      for (const _ of numbers(351, 450)) offsets.push((await other.nextRetained())[0]);
      expect(offsets).toEqual(numbers(351, 450));
    });

    it('does not get what it is left out of, nor what has expired', async () => {
      await nodes.start();
      const position = await send('seen');
      const [gone, { connectionId }] = await come(b);
      await a.push.sendToUid('ada', 'not for you', { retain: true, except: connectionId });
      await a.push.sendToUid('ada', 'brief', { retain: { ttl: 1 } });
      await send('for all');
      expect((await gone.nextRetained())[1]).toBe('brief');
      const [client] = await come(b, { recover: position });
      const got = [await client.nextRetained(), await client.nextRetained()];
      expect(got).toEqual([
        [2, 'not for you'],
        [4, 'for all'],
      ]);
    });

    it('is told that it is of another stream, and gets only what comes', async () => {
      await nodes.start();
      await send('one');
      const [client, { stream }] = await come(b, { recover: { epoch: 'other', offset: 1 } });
      expect(stream).toMatchObject({ offset: 1, recovered: false, reason: 'epoch' });
      await send('two');
      expect(await client.nextRetained()).toEqual([2, 'two']);
      expect(await client.settle()).toEqual([]);
    });

    it('is told that what it missed is not kept any more, and gets no part of it', async () => {
      await nodes.start({ maxLength: 2 });
      const position = await send('seen');
      await send(2, 3, 4);
      const [client, { stream }] = await come(b, { recover: position });
      expect(stream).toMatchObject({ offset: 4, recovered: false, reason: 'trimmed' });
      expect(await client.settle()).toEqual([]);
    });

    it('is told that it missed more than may be recovered', async () => {
      await nodes.start({ maxRecovered: 2 });
      const position = await send('seen');
      await send(2, 3, 4);
      const [, { stream }] = await come(b, { recover: position });
      expect(stream).toMatchObject({ offset: 4, recovered: false, reason: 'too-many' });
      const [client] = await come(b, { recover: { ...position, offset: 2 } });
      expect(await client.nextRetained()).toEqual([3, 3]);
      expect(await client.nextRetained()).toEqual([4, 4]);
    });
  });

  describe('that speaks text', () => {
    beforeEach(() => nodes.start());

    it('gets what nobody has got, oldest first, after the welcome, and not again', async () => {
      await send('one', { two: 2 });
      const first = await b.text('ada');
      expect(await first.next()).toBe('one');
      expect(await first.next()).toBe('{"two":2}');
      await send('three');
      expect(await first.next()).toBe('three');
      await first.close();
      const state = async () => (await b.push.messages('ada')).messages.map((m) => m.state);
      await expect.poll(state).toEqual(['written', 'written', 'written']);
      await send('four');
      const second = await a.text('ada');
      expect(await second.next()).toBe('four');
    });
  });
});
