import { expect, it } from 'vitest';
import { describeOnEachStore } from '../support/each-store.js';
import { doubling, losing } from '../support/lossy.js';

const RETAIN = { retain: true } as const;

describeOnEachStore('a retained message that was lost on the way', {}, (nodes) => {
  const { a, b } = nodes;

  const send = (data: unknown) => a.push.sendToUid('ada', data, RETAIN);
  const lose = (...data: unknown[]) => losing(b, data.length, () => Promise.all(data.map(send)));

  it('is found though no other follows it', async () => {
    await nodes.start({ checkInterval: 100 });
    const [one, two] = [await b.json('ada'), await b.json('ada')];
    await lose('lost');
    expect(await one.nextRetained()).toEqual([1, 'lost']);
    expect(await two.nextRetained()).toEqual([1, 'lost']);
    expect(await one.settle()).toEqual([]);
  });

  it('is found when another follows it, which waits for it', async () => {
    await nodes.start();
    const client = await b.json('ada');
    await send('first');
    await lose('lost', 'lost as well');
    await send('next');
    await send('last');
    for (const [i, data] of ['first', 'lost', 'lost as well', 'next', 'last'].entries()) {
      expect(await client.nextRetained()).toEqual([i + 1, data]);
    }
    expect(await client.settle()).toEqual([]);
  });

  it('does not come when it was settled meanwhile', async () => {
    await nodes.start({ checkInterval: 100 });
    const client = await b.json('ada');
    const other = await a.json({ uid: 'ada', device: 'other' });
    await losing(b, 3, async () => {
      await a.push.sendToUid('ada', 'settled', { settle: 'first-ack' });
      await other.nextRetained();
      await other.exchange('ack', { offset: 1 });
      await send('lost');
    });
    expect(await client.nextRetained()).toEqual([2, 'lost']);
  });

  it('and is not kept any more ends the connection, which is told when it comes back', async () => {
    await nodes.start({ checkInterval: 100, maxLength: 1 });
    const client = await b.json('ada');
    await send('seen');
    const [offset] = await client.nextRetained();
    const { epoch } = await b.push.messages('ada');
    await lose('lost', 'also lost');
    expect(await client.expectClose()).toMatchObject({ code: 4510 });
    const again = await b.connectJson();
    const { stream } = await again.login({ uid: 'ada', recover: { epoch, offset } });
    expect(stream).toMatchObject({ offset: 3, recovered: false, reason: 'trimmed' });
    await send('then');
    expect(await again.nextRetained()).toEqual([4, 'then']);
  });

  it('is no message twice: what comes again is dropped', async () => {
    await nodes.start();
    const client = await b.json('ada');
    doubling(b);
    await send('one');
    await send('two');
    expect(await client.nextRetained()).toEqual([1, 'one']);
    expect(await client.nextRetained()).toEqual([2, 'two']);
    expect(await client.settle()).toEqual([]);
  });
});
