import { expect, it } from 'vitest';
import type { ClusterUnderTest } from '../../support/use-cluster.js';

/** What an idempotency key promises, whichever nodes are asked. */
export function describeRepeats(cluster: ClusterUnderTest): void {
  const key = { idempotencyKey: 'order-7' };

  it('a repeat on another node answers what the first one did, and sends nothing', async () => {
    const [one, other] = await cluster.nodes(2);
    const [ada] = await cluster.devices('ada', other);
    const first = await one.push.sendToUid('ada', { a: 1 }, key);
    expect(first).toEqual({ id: expect.any(String), nodes: 1 });
    for (const { push } of [one, other]) {
      expect(await push.sendToUid('ada', { a: 1 }, key)).toEqual({ ...first, repeated: true });
    }
    await one.push.sendToUid('ada', 'that is all');
    expect((await ada.next()).data).toMatchObject({ id: first.id, data: { a: 1 } });
    expect(await ada.nextData()).toBe('that is all');
  });

  it('of those that come at the same moment one is sent, and all get its answer', async () => {
    const [one, other] = await cluster.nodes(2);
    const [ada] = await cluster.devices('ada', one);
    const nodes = [one, other, one, other, one, other];
    const answers = await Promise.all(nodes.map(({ push }) => push.sendToUid('ada', 1, key)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ repeated }) => repeated === undefined)).toHaveLength(1);
    await one.push.sendToUid('ada', 'that is all');
    expect([await ada.nextData(), await ada.nextData()]).toEqual([1, 'that is all']);
  });

  it('holds for every send, each to its own target', async () => {
    const [one, other] = await cluster.nodes(2);
    const [ada] = await cluster.devices('ada', one);
    const sends = ({ push }: typeof one) => [
      () => push.sendToUids(['ada', 'ben'], 1, { idempotencyKey: 'uids' }),
      () => push.sendToGroup('nobody', 1, { idempotencyKey: 'group' }),
      () => push.sendToConnection(ada.connectionId, 1, { idempotencyKey: 'connection' }),
      () => push.broadcast(1, { idempotencyKey: 'broadcast' }),
    ];
    const first = await Promise.all(sends(one).map((send) => send()));
    const second = await Promise.all(sends(other).map((send) => send()));
    expect(second).toEqual(first.map((answer) => ({ ...answer, repeated: true })));
    expect(new Set(first.map(({ id }) => id)).size).toBe(4);
  });

  it('the same key with other content is CONFLICT, and the first stays good', async () => {
    const [one, other] = await cluster.nodes(2);
    const first = await one.push.sendToUid('ada', { a: 1 }, key);
    const others = [
      () => other.push.sendToUid('ada', { a: 2 }, key),
      () => other.push.sendToUid('ben', { a: 1 }, key),
      () => other.push.sendToUids(['ada'], { a: 1 }, key),
      () => other.push.sendToUid('ada', { a: 1 }, { ...key, except: 'ben' }),
      () => other.push.sendToUid('ada', { a: 1 }, { ...key, retain: true }),
      () => one.push.broadcast({ a: 1 }, key),
    ];
    for (const send of others) await expect(send()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await other.push.sendToUid('ada', { a: 1 }, key)).toEqual({ ...first, repeated: true });
  });

  it('a retained message is appended once, and its place is in both answers', async () => {
    const [one, other] = await cluster.nodes(2);
    const options = { ...key, retain: true };
    const first = await one.push.sendToUid('ada', 1, options);
    expect(first).toMatchObject({ offset: 1 });
    expect(await other.push.sendToUid('ada', 1, options)).toEqual({ ...first, repeated: true });
    expect(await other.push.sendToUid('ada', 2, { retain: true })).toMatchObject({ offset: 2 });
  });

  it('what failed may be sent again under its key', async () => {
    const [one, other] = await cluster.nodes(2);
    const tooLarge = 'x'.repeat(2_000_000);
    for (const { push } of [one, other]) {
      await expect(push.sendToUid('ada', tooLarge, key)).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
      });
    }
    expect(await other.push.sendToUid('ada', 'small', key)).not.toHaveProperty('repeated');
  });

  it('is over with idempotencyWindow', async () => {
    const app = await cluster.start({ push: { idempotencyWindow: 1 } });
    const ids = new Set<string>();
    while (ids.size < 2) ids.add((await app.push.sendToUid('ada', 1, key)).id);
  });

  it.each([[''], ['x'.repeat(256)], [7 as never], [null as never]])(
    'a key that is %j is refused',
    async (idempotencyKey) => {
      const app = await cluster.start();
      await expect(app.push.sendToUid('ada', 1, { idempotencyKey })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        details: [{ field: 'idempotencyKey' }],
      });
    },
  );
}
