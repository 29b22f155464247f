import { describe, expect, it } from 'vitest';
import { offsetsOf, pageIn } from '../../support/history-node.js';
import type { StartNodes } from '../history.contract.js';

const ONE = '@aaaaaaaaaa.1';
const TWO = '@bbbbbbbbbb.2';

export function describeAcknowledging(start: StartNodes): void {
  describe('acknowledging', () => {
    it('moves the cursor of the device, which never goes back', async () => {
      const [a, b] = await start(2);
      let position = { epoch: '', offset: 0 };
      for (let i = 0; i < 5; i++) position = await a.append('ann', i);
      const { epoch } = position;
      const ack = (offset: number, device?: string): unknown =>
        b.ack('ann', ONE, { epoch, offset }, device);
      const moved = (previous: number, cursor: number): unknown => ({
        outcome: 'acknowledged',
        previous,
        cursor,
        settled: [],
      });
      expect(await ack(3, 'phone')).toEqual(moved(0, 3));
      expect(await ack(2, 'phone')).toEqual(moved(3, 3));
      expect(await ack(1)).toEqual(moved(0, 1));
      expect(await ack(5, 'phone')).toEqual(moved(3, 5));
      expect(await ack(0, 'phone')).toEqual(moved(5, 5));
      expect(await ack(4)).toEqual(moved(1, 4));
    });

    it('ends with the highest of many that come from two nodes at once', async () => {
      const [a, b] = await start(2);
      let epoch = '';
      for (let i = 0; i < 40; i++) ({ epoch } = await a.append('ann', i));
      const order = Array.from({ length: 40 }, (_, i) => ((i * 17) % 40) + 1);
      await Promise.all(
        order.map((offset, i) => (i % 2 === 0 ? a : b).ack('ann', ONE, { epoch, offset }, 'phone')),
      );
      const recover = { from: 'unread', limit: 5 } as const;
      const { recovery } = await a.history.open('ann', { device: 'phone', recover });
      expect(pageIn(recovery).after).toBe(40);
    });

    it('beyond the end, or of another life of the stream, changes nothing', async () => {
      const [a] = await start(1);
      const { epoch } = await a.append('ann', 1, { settle: true });
      expect(await a.ack('ann', ONE, { epoch, offset: 2 })).toEqual({ outcome: 'beyond' });
      expect(await a.ack('ann', ONE, { epoch: 'other', offset: 1 })).toEqual({ outcome: 'epoch' });
      expect(await a.ack('nobody', ONE, { epoch, offset: 1 })).toEqual({ outcome: 'epoch' });
      const { recovery } = await a.history.open('ann', { recover: { from: 'unread', limit: 5 } });
      expect(offsetsOf(pageIn(recovery).messages)).toEqual([1]);
    });
  });

  describe('settling', () => {
    it('is done by the first acknowledgement, for all such messages on its way', async () => {
      const [a, b] = await start(2);
      const { top } = await a.history.open('ann', {});
      const ids: string[] = [];
      for (const settle of [false, true, false, true, true]) {
        const message = a.message('x');
        ids.push(message.id);
        await a.history.append(['ann'], message, { settle });
      }
      expect(await b.ack('ann', ONE, { ...top, offset: 4 }, 'phone')).toEqual({
        outcome: 'acknowledged',
        previous: 0,
        cursor: 4,
        settled: [
          { id: ids[1], offset: 2 },
          { id: ids[3], offset: 4 },
        ],
      });
      expect(offsetsOf(await a.readAll('ann', top))).toEqual([1, 3, 5]);
    });

    it('is told to the loser, whose cursor moves all the same', async () => {
      const [a, b] = await start(2);
      const position = await a.append('ann', 'approve?', { settle: true });
      expect(await a.ack('ann', ONE, position, 'phone')).toMatchObject({ outcome: 'acknowledged' });
      expect(await b.ack('ann', TWO, position, 'tablet')).toEqual({
        outcome: 'conflict',
        previous: 0,
        cursor: 1,
        settled: [],
      });
      // Who says it twice, or with another connection of the same device, has not lost.
      expect(await a.ack('ann', ONE, position, 'phone')).toMatchObject({ outcome: 'acknowledged' });
      expect(await b.ack('ann', TWO, position, 'phone')).toMatchObject({ outcome: 'acknowledged' });
    });

    it('tells connections apart where there are no device names', async () => {
      const [a] = await start(1);
      const position = await a.append('ann', 'approve?', { settle: true });
      expect(await a.ack('ann', ONE, position)).toMatchObject({ outcome: 'acknowledged' });
      expect(await a.ack('ann', TWO, position)).toMatchObject({ outcome: 'conflict' });
      expect(await a.ack('ann', ONE, position)).toMatchObject({ outcome: 'acknowledged' });
    });

    it('is won by exactly one of two that acknowledge at once on two nodes', async () => {
      const [a, b] = await start(2);
      for (let round = 0; round < 30; round++) {
        const position = await a.append('ann', round, { settle: true });
        const results = await Promise.all([
          a.ack('ann', ONE, position, 'phone'),
          b.ack('ann', TWO, position, 'tablet'),
        ]);
        const outcomes = results.map(({ outcome }) => outcome).sort();
        expect(outcomes).toEqual(['acknowledged', 'conflict']);
        const settled = results.flatMap((one) => ('settled' in one ? one.settled : []));
        expect(settled).toHaveLength(1);
      }
    });

    it('does not happen by being written to a text connection', async () => {
      const [a] = await start(1);
      const position = await a.append('ann', 'approve?', { settle: true });
      const { epoch, offset } = position;
      const note = { uid: 'ann', epoch, connectionId: TWO, from: offset, to: offset, isText: true };
      await a.history.written([note]);
      expect(await a.readAll('ann', { epoch, offset: 0 })).toHaveLength(1);
      expect(await a.ack('ann', ONE, position)).toMatchObject({ settled: [{ offset: 1 }] });
    });
  });
}
