import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import type { StartNodes } from '../history.contract.js';

const PHONE = '@aaaaaaaaaa.1';
const TABLET = '@bbbbbbbbbb.2';

export function describeTracing(start: StartNodes): void {
  describe('what became of a message', () => {
    it('is told by its id from any node: when it was kept, written and acknowledged', async () => {
      const [a, b] = await start(2);
      await a.append('ann', 'before');
      const message = a.message('x');
      const { positions } = await a.history.append(['ann'], message);
      const [{ epoch, offset }] = positions;
      const explain = async (): Promise<unknown> =>
        (await b.history.explain(message.id, { limit: 10 }))[0];
      const stored = { id: message.id, uid: 'ann', offset: 2, state: 'stored', devices: [] };
      expect(await explain()).toEqual({ ...stored, at: expect.any(Number) as number });

      const range = { from: offset, to: offset };
      await a.history.written([
        { uid: 'ann', epoch, connectionId: PHONE, device: 'phone', ...range },
        { uid: 'ann', epoch, connectionId: TABLET, ...range },
      ]);
      const writtenAt = expect.any(Number) as number;
      expect(await explain()).toMatchObject({
        state: 'written',
        devices: [
          { connectionId: PHONE, device: 'phone', writtenAt },
          { connectionId: TABLET, writtenAt },
        ],
      });

      await b.ack('ann', PHONE, { epoch, offset }, 'phone');
      const ackedAt = expect.any(Number) as number;
      expect(await explain()).toEqual({
        ...stored,
        at: expect.any(Number) as number,
        state: 'acked',
        devices: [
          { connectionId: PHONE, device: 'phone', writtenAt, ackedAt },
          { connectionId: TABLET, writtenAt },
        ],
      });
    });

    it('is told for each of its uids, or for one', async () => {
      const [a] = await start(1);
      const message = a.message('x');
      const uids = ['ann', 'ben', 'cid'];
      await a.history.append(uids, message);
      const all = await a.history.explain(message.id, { limit: 10 });
      expect(all.map(({ uid }) => uid).sort()).toEqual(uids);
      expect(await a.history.explain(message.id, { limit: 2 })).toHaveLength(2);
      const [ben, none] = await a.history.explain(message.id, { uid: 'ben', limit: 10 });
      expect([ben.uid, none]).toEqual(['ben', undefined]);
      expect(await a.history.explain(message.id, { uid: 'dan', limit: 10 })).toEqual([]);
    });

    it('is not known of what was never kept, or is kept no longer', async () => {
      const [a] = await start(1, { maxLength: 1 });
      const message = a.message('x');
      await a.history.append(['ann'], message);
      expect(await a.history.explain('other', { limit: 10 })).toEqual([]);
      expect(await a.history.explain(message.id.slice(0, -1), { limit: 10 })).toEqual([]);
      await a.append('ann', 'pushes it out');
      expect(await a.history.explain(message.id, { limit: 10 })).toEqual([]);
    });

    it('is no note of what the stream does not have', async () => {
      const [a] = await start(1);
      const message = a.message('x');
      const { positions } = await a.history.append(['ann'], message);
      const note = { uid: 'ann', connectionId: PHONE, from: 1, to: 1 };
      await a.history.written([
        { ...note, epoch: 'other' },
        { ...note, ...positions[0], to: 2 },
      ]);
      const [{ devices }] = await a.history.explain(message.id, { limit: 1 });
      expect(devices).toEqual([]);
    });

    it('stands beside each message of a uid, in their order, a page at a time', async () => {
      const [a, b] = await start(2, { undeliveredLease: 60_000 });
      expect(await a.history.messages('ann', 0, 10)).toBeUndefined();
      const { top } = await a.history.open('ann', {});
      expect(await a.history.messages('ann', 0, 10)).toEqual({ top, messages: [] });

      const { epoch } = await a.append('ann', 1, { settle: true });
      await a.append('ann', 2);
      await b.ack('ann', PHONE, { epoch, offset: 2 });
      await a.append('ann', 3, { undeliveredAfter: 1 });
      await a.append('ann', 4, { ttl: 1 });
      await a.append('ann', 5);
      await a.append('ann', 6);
      await a.history.written([{ uid: 'ann', epoch, connectionId: TABLET, from: 5, to: 5 }]);
      await until('one is undelivered', async () => {
        const claimed = await a.history.claimUndelivered(10);
        await a.history.undeliveredDone(claimed);
        return claimed.length === 1;
      });

      const states = async (after: number, limit: number): Promise<unknown> => {
        const listing = await b.history.messages('ann', after, limit);
        expect(listing?.top).toEqual({ epoch, offset: 6 });
        return listing?.messages.map(({ message, state }) => [message.position?.offset, state]);
      };
      const all = [
        [1, 'settled'],
        [2, 'acked'],
        [3, 'undelivered'],
        [4, 'expired'],
        [5, 'written'],
        [6, 'stored'],
      ];
      expect(await states(0, 10)).toEqual(all);
      expect(await states(0, 2)).toEqual(all.slice(0, 2));
      expect(await states(4, 10)).toEqual(all.slice(4));
      expect(await states(6, 10)).toEqual([]);
    });
  });
}
