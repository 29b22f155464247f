import { describe, expect, it } from 'vitest';
import type { Undelivered } from '../../../src/history/history.js';
import { dataOf, type HistoryNode } from '../../support/history-node.js';
import { until } from '../../support/until.js';
import type { StartNodes } from '../history.contract.js';

/** Claims until so many are there; what one call answers is not said. */
async function claim(node: HistoryNode, count: number): Promise<Undelivered[]> {
  const claimed: Undelivered[] = [];
  await until(`${count} are claimed`, async () => {
    claimed.push(...(await node.history.claimUndelivered(100)));
    return claimed.length >= count;
  });
  return claimed;
}

/** A message of another uid that is due later than all before: what is not claimed by then is not due. */
async function fence(sender: HistoryNode, claimer = sender): Promise<Undelivered[]> {
  await sender.append('fence', 'fence', { undeliveredAfter: 20 });
  const claimed: Undelivered[] = [];
  await until('the fence is claimed', async () => {
    claimed.push(...(await claimer.history.claimUndelivered(100)));
    return claimed.some(({ uid }) => uid === 'fence');
  });
  return claimed.filter(({ uid }) => uid !== 'fence');
}

export function describeUndelivered(start: StartNodes): void {
  describe('undelivered messages', () => {
    it('are claimed when nobody acknowledged them in time, with all that they are', async () => {
      const [a, b] = await start(2);
      const message = a.message({ alarm: 1 }, 'ben');
      const { positions } = await a.history.append(['ann'], message, { undeliveredAfter: 10 });
      const [one] = await claim(b, 1);
      expect(one).toMatchObject({ uid: 'ann', message: { id: message.id, from: 'ben' } });
      expect(one.message.position).toEqual(positions[0]);
      expect(dataOf([one])).toEqual([{ alarm: 1 }]);
    });

    it('are not those that nobody waits for, nor before their time', async () => {
      const [a] = await start(1);
      await a.append('ann', 1);
      await a.append('ann', 2, { undeliveredAfter: 600_000 });
      expect(await fence(a)).toEqual([]);
    });

    it('are not those that a device has acknowledged, or a text connection was written', async () => {
      const [a, b] = await start(2);
      const due = { undeliveredAfter: 1 };
      await a.append('ann', 1, due);
      const { epoch } = await a.append('ann', 2, due);
      await a.append('ann', 3, due);
      await b.ack('ann', '@aaaaaaaaaa.1', { epoch, offset: 2 }, 'phone');
      const ben = await a.append('ben', 4, due);
      const note = { uid: 'ben', epoch: ben.epoch, connectionId: '@aaaaaaaaaa.2', from: 1, to: 1 };
      await b.history.written([{ ...note, isText: true }]);
      expect(dataOf(await fence(a, b))).toEqual([3]);
    });

    it('are claimed by one of the nodes that ask at once, whatever their number', async () => {
      const [a, b, c] = await start(3);
      for (let i = 0; i < 30; i++) await a.append(`uid ${i % 7}`, i, { undeliveredAfter: 1 });
      const claimed: Undelivered[] = [];
      await until('all are claimed', async () => {
        const nodes = [a, b, c, a, b, c];
        const some = await Promise.all(nodes.map(async (node) => node.history.claimUndelivered(4)));
        for (const one of some) expect(one.length).toBeLessThanOrEqual(4);
        claimed.push(...some.flat());
        return claimed.length >= 30;
      });
      const data = dataOf(claimed).sort((x, y) => Number(x) - Number(y));
      expect(data).toEqual(Array.from({ length: 30 }, (_, i) => i));
      expect(await fence(a)).toEqual([]);
    });

    it('are claimed again when their lease has ended, and not while it is renewed', async () => {
      const [a, b] = await start(2, { undeliveredLease: 1_000 });
      await a.append('ann', 'x', { undeliveredAfter: 1 });
      const first = await claim(a, 1);
      await a.history.keepUndelivered(first);
      expect(await b.history.claimUndelivered(10)).toEqual([]);
      const second = await claim(b, 1);
      expect(dataOf(second)).toEqual(['x']);
      expect(second[0].message.position).toEqual(first[0].message.position);
    });

    it('are never claimed again once they were handed over', async () => {
      const [a, b] = await start(2, { undeliveredLease: 100 });
      const message = a.message('x');
      await a.history.append(['ann'], message, { undeliveredAfter: 1 });
      const claimed = await claim(b, 1);
      await b.history.undeliveredDone(claimed);
      await a.append('ben', 'later', { undeliveredAfter: 200 });
      expect(dataOf(await claim(a, 1))).toEqual(['later']);
      const [{ state }] = await a.history.explain(message.id, { limit: 1 });
      expect(state).toBe('undelivered');
    });

    it('are still here when their stream had to let them go, or their own ttl is over', async () => {
      const [a] = await start(1, { maxLength: 1 });
      await a.append('ann', 'pushed out', { undeliveredAfter: 200 });
      await a.append('ann', 'expired', { undeliveredAfter: 200, ttl: 1 });
      await a.append('ben', 'acknowledged later', { undeliveredAfter: 200 });
      const { epoch } = await a.append('ben', 'pushes out');
      await a.ack('ben', '@aaaaaaaaaa.1', { epoch, offset: 1 });
      const claimed = await claim(a, 2);
      expect(dataOf(claimed).sort()).toEqual(['expired', 'pushed out']);
      expect(await fence(a)).toEqual([]);
    });
  });
}
