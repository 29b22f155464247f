import { describe, expect, it } from 'vitest';
import { dataOf, offsetsOf, pageIn, type HistoryNode } from '../../support/history-node.js';
import { until } from '../../support/until.js';
import type { StartNodes } from '../history.contract.js';

async function fill(node: HistoryNode, uid: string, count: number): Promise<string> {
  let epoch = '';
  for (let i = 1; i <= count; i++) ({ epoch } = await node.append(uid, i));
  return epoch;
}

export function describeReading(start: StartNodes): void {
  describe('reading', () => {
    it('goes page by page from a position to the end', async () => {
      const [a, b] = await start(2);
      const epoch = await fill(a, 'ann', 7);
      const read = async (offset: number): Promise<unknown[]> => {
        const { top, after, messages, through } = pageIn(
          await b.history.read('ann', { epoch, offset }, 3),
        );
        expect(top).toEqual({ epoch, offset: 7 });
        expect(after).toBe(offset);
        return [offsetsOf(messages), through];
      };
      expect(await read(0)).toEqual([[1, 2, 3], 3]);
      expect(await read(3)).toEqual([[4, 5, 6], 6]);
      expect(await read(6)).toEqual([[7], 7]);
      expect(await read(7)).toEqual([[], 7]);
    });

    it('ends a page early when the messages are large', async () => {
      const [a] = await start(1);
      const { top } = await a.history.open('ann', {});
      for (let i = 0; i < 40; i++) await a.append('ann', 'x'.repeat(20_000));
      const { messages, through } = pageIn(await a.history.read('ann', top, 1_000));
      expect(through).toBe(messages.length);
      expect(through).toBeLessThan(40);
      expect(await a.readAll('ann', top, 1_000)).toHaveLength(40);
    });

    it('of an empty stream is an empty page', async () => {
      const [a] = await start(1);
      const { top } = await a.history.open('ann', {});
      expect(await a.history.read('ann', top, 10)).toEqual({
        ok: true,
        top,
        after: 0,
        messages: [],
        through: 0,
      });
    });

    it('from another epoch, or from behind the end, is refused', async () => {
      const [a] = await start(1);
      const epoch = await fill(a, 'ann', 2);
      const top = { epoch, offset: 2 };
      const refused = { ok: false, reason: 'epoch', top };
      expect(await a.history.read('ann', { epoch: 'other', offset: 1 }, 10)).toEqual(refused);
      expect(await a.history.read('ann', { epoch, offset: 3 }, 10)).toEqual(refused);
      expect(await a.history.read('new', { epoch, offset: 0 }, 10)).toMatchObject({
        ok: false,
        reason: 'epoch',
        top: { offset: 0 },
      });
    });

    it('skips what has outlived its own ttl, and that is no hole', async () => {
      const [a] = await start(1);
      const { top } = await a.history.open('ann', {});
      await a.append('ann', 'short', { ttl: 50 });
      await a.append('ann', 'long');
      await a.append('ann', 'short too', { ttl: 50 });
      await until('both are over', async () => (await a.readAll('ann', top)).length === 1);
      const page = pageIn(await a.history.read('ann', top, 10));
      expect(dataOf(page.messages)).toEqual(['long']);
      expect(page.through).toBe(3);
    });

    it('counts a page by what is in it, and not by what it skips', async () => {
      const [a] = await start(1);
      const { top } = await a.history.open('ann', {});
      for (let i = 1; i <= 30; i++) await a.append('ann', i, i % 10 === 0 ? {} : { ttl: 1 });
      await until('they are over', async () => (await a.readAll('ann', top)).length === 3);
      const page = pageIn(await a.history.read('ann', top, 2));
      expect(offsetsOf(page.messages)).toEqual([10, 20]);
      expect(page.through).toBeLessThan(30);
    });
  });

  describe('opening', () => {
    it('brings the first page after a position in the same call', async () => {
      const [a, b] = await start(2);
      const epoch = await fill(a, 'ann', 5);
      const from = { epoch, offset: 2 };
      const opened = await b.history.open('ann', { recover: { from, limit: 2 } });
      expect(opened.top).toEqual({ epoch, offset: 5 });
      const page = pageIn(opened.recovery);
      expect([offsetsOf(page.messages), page.after, page.through]).toEqual([[3, 4], 2, 4]);
      expect(page.top).toEqual(opened.top);
    });

    it('refuses a position of another life', async () => {
      const [a] = await start(1);
      await fill(a, 'ann', 1);
      const recover = { from: { epoch: 'other', offset: 0 }, limit: 5 };
      const { recovery, top } = await a.history.open('ann', { recover });
      expect(recovery).toEqual({ ok: false, reason: 'epoch', top });
    });

    it('begins "unread" at the cursor of the device, and without a name at that of the uid', async () => {
      const [a, b] = await start(2);
      const epoch = await fill(a, 'ann', 4);
      await a.ack('ann', '@aaaaaaaaaa.1', { epoch, offset: 1 }, 'phone');
      await a.ack('ann', '@aaaaaaaaaa.2', { epoch, offset: 3 });
      const unread = async (device?: string): Promise<number[]> => {
        const recover = { from: 'unread', limit: 10 } as const;
        return offsetsOf(
          pageIn((await b.history.open('ann', { device, recover })).recovery).messages,
        );
      };
      expect(await unread('phone')).toEqual([2, 3, 4]);
      expect(await unread()).toEqual([4]);
      expect(await unread('tablet')).toEqual([1, 2, 3, 4]);
    });

    it('begins "unwritten" behind all that was acknowledged or written to a text connection', async () => {
      const [a, b] = await start(2);
      const epoch = await fill(a, 'ann', 6);
      const unwritten = async (): Promise<number[]> => {
        const recover = { from: 'unwritten', limit: 10 } as const;
        return offsetsOf(pageIn((await b.history.open('ann', { recover })).recovery).messages);
      };
      expect(await unwritten()).toEqual([1, 2, 3, 4, 5, 6]);
      await a.ack('ann', '@aaaaaaaaaa.1', { epoch, offset: 2 }, 'phone');
      expect(await unwritten()).toEqual([3, 4, 5, 6]);
      const note = { uid: 'ann', epoch, connectionId: '@aaaaaaaaaa.2', from: 3, to: 4 };
      await a.history.written([note]);
      expect(await unwritten()).toEqual([3, 4, 5, 6]);
      await a.history.written([{ ...note, isText: true }]);
      expect(await unwritten()).toEqual([5, 6]);
      await a.history.written([{ ...note, from: 1, to: 1, isText: true }]);
      expect(await unwritten()).toEqual([5, 6]);
    });

    it('begins "unwritten" at the oldest that is kept', async () => {
      const [a] = await start(1, { maxLength: 2 });
      await fill(a, 'ann', 5);
      const { recovery } = await a.history.open('ann', {
        recover: { from: 'unwritten', limit: 9 },
      });
      expect(offsetsOf(pageIn(recovery).messages)).toEqual([4, 5]);
    });
  });

  describe('the tops', () => {
    it('of many uids come in one call, and begin streams that there are not', async () => {
      const [a, b] = await start(2);
      const epoch = await fill(a, 'ann', 3);
      const tops = await b.history.tops([{ uid: 'ben' }, { uid: 'ann' }]);
      expect(tops[1]).toEqual({ epoch, offset: 3 });
      expect(tops[0].offset).toBe(0);
      expect(await a.append('ben', 'x')).toEqual({ epoch: tops[0].epoch, offset: 1 });
    });

    it('leave a stream as it is that a node knows as far as, or less far than, it goes', async () => {
      const [a] = await start(1);
      const epoch = await fill(a, 'ann', 3);
      for (const offset of [0, 3]) {
        const known = { epoch, offset };
        expect(await a.history.tops([{ uid: 'ann', known }])).toEqual([{ epoch, offset: 3 }]);
      }
      const known = { epoch: 'older', offset: 99 };
      expect(await a.history.tops([{ uid: 'ann', known }])).toEqual([{ epoch, offset: 3 }]);
    });

    it('begin a stream anew that has gone back behind what a node knows of it', async () => {
      const [a] = await start(1);
      const epoch = await fill(a, 'ann', 3);
      const known = { epoch, offset: 4 };
      const [top] = await a.history.tops([{ uid: 'ann', known }]);
      expect(top.offset).toBe(0);
      expect(top.epoch).not.toBe(epoch);
      expect(await a.history.tops([{ uid: 'ann', known }])).toEqual([top]);
      expect(await a.append('ann', 'new')).toEqual({ epoch: top.epoch, offset: 1 });
      expect(dataOf(await a.readAll('ann', top))).toEqual(['new']);
    });
  });
}
