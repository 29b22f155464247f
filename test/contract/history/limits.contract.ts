import { describe, expect, it } from 'vitest';
import { offsetsOf, type HistoryNode } from '../../support/history-node.js';
import { until } from '../../support/until.js';
import type { StartNodes } from '../history.contract.js';

const KIB = 1_024;
/** Of which three are kept in 10 KiB. */
const LARGE = 2_900;

async function fill(node: HistoryNode, uid: string, count: number, bytes = 10): Promise<string> {
  let epoch = '';
  for (let i = 1; i <= count; i++) ({ epoch } = await node.append(uid, 'x'.repeat(bytes)));
  return epoch;
}

/** The offset from which on the uid's messages are kept. */
async function firstOf(node: HistoryNode, uid: string): Promise<number> {
  const listing = await node.history.messages(uid, 0, 1);
  return listing?.messages[0]?.message.position?.offset ?? Infinity;
}

async function reasonOf(node: HistoryNode, uid: string, epoch: string, offset: number) {
  const result = await node.history.read(uid, { epoch, offset }, 10);
  return result.ok ? 'ok' : result.reason;
}

export function describeLimits(start: StartNodes, parts: number): void {
  describe('limits', () => {
    it('of a stream in messages: the oldest go, and who would miss them is told', async () => {
      const [a] = await start(1, { maxLength: 3 });
      const epoch = await fill(a, 'ann', 5);
      expect(await firstOf(a, 'ann')).toBe(3);
      expect(await reasonOf(a, 'ann', epoch, 0)).toBe('trimmed');
      expect(await reasonOf(a, 'ann', epoch, 1)).toBe('trimmed');
      expect(offsetsOf(await a.readAll('ann', { epoch, offset: 2 }))).toEqual([3, 4, 5]);
    });

    it('of a stream in bytes', async () => {
      const [a] = await start(1, { maxBytes: 10 * KIB });
      await fill(a, 'ann', 8, LARGE);
      expect(await firstOf(a, 'ann')).toBe(6);
    });

    it('refuse a message that is larger alone, and nothing changes', async () => {
      const [a] = await start(1, { maxBytes: 10 * KIB });
      const { top } = await a.history.open('ann', {});
      await expect(a.append('ann', 'é'.repeat(5 * KIB))).rejects.toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
      });
      expect((await a.history.open('ann', {})).top).toEqual(top);
    });

    it('of all streams in bytes: the oldest messages go, whosever they are', async () => {
      const maxTotalBytes = parts * 30 * KIB;
      const [a, b] = await start(2, { maxBytes: 10 * KIB, maxTotalBytes });
      // The braces keep them in one part.
      await fill(a, '{x}old', 3, LARGE);
      await fill(b, '{x}mid', 3, LARGE);
      await fill(a, '{x}old', 1, 10);
      await fill(b, '{x}new', 3, LARGE);
      expect(await firstOf(a, '{x}new')).toBe(1);
      expect(await firstOf(a, '{x}mid')).toBe(1);
      expect(await firstOf(a, '{x}old')).toBe(2);
      for (let i = 0; i < 20; i++) await fill(a, `{x}more ${i}`, 3, LARGE);
      expect(await firstOf(a, '{x}mid')).toBe(Infinity);
      expect(await firstOf(a, '{x}old')).toBe(Infinity);
      expect(await firstOf(a, '{x}more 19')).toBe(1);
    });

    it('of age: what is too old is gone, also for who reads it at once', async () => {
      const [a] = await start(1, { ttl: 1_000 });
      const epoch = await fill(a, 'ann', 2);
      await until('they are too old', async () => {
        await a.history.tops([{ uid: 'ann' }]);
        return (await reasonOf(a, 'ann', epoch, 0)) === 'trimmed';
      });
      await a.append('ann', 'new');
      expect(offsetsOf(await a.readAll('ann', { epoch, offset: 2 }))).toEqual([3]);
    });

    it('of age: who neither is here nor gets anything is forgotten, and begins anew', async () => {
      const [a] = await start(1, { ttl: 1_000 });
      const epoch = await fill(a, 'ann', 2);
      await until('the stream has gone', async () => {
        return (await a.history.messages('ann', 0, 1)) === undefined;
      });
      const { top } = await a.history.open('ann', {});
      expect(top.offset).toBe(0);
      expect(top.epoch).not.toBe(epoch);
    });

    it('of streams: the uid that was silent for the longest is forgotten, with what it has', async () => {
      const [a, b] = await start(2, { maxStreams: parts * 3 });
      // The braces keep them in one part.
      const epoch = await fill(a, '{x}old', 2);
      const then = Date.now();
      await until('the clock has moved', () => Date.now() > then);
      await b.history.open('{x}here', {});
      const later = Date.now();
      await until('the clock has moved', () => Date.now() > later);
      await fill(b, '{x}new', 1);
      await a.append('{x}old', 'once more');
      await a.history.open('{x}newest', {});
      expect(await a.history.messages('{x}old', 0, 1)).toBeUndefined();
      expect(await firstOf(a, '{x}new')).toBe(1);
      expect(await reasonOf(b, '{x}old', epoch, 3)).toBe('epoch');
      expect(await a.history.messages('{x}here', 0, 1)).toBeUndefined();
      const uids = Array.from({ length: 20 }, (_, i) => `{x}more ${i}`);
      for (const uid of uids) await fill(a, uid, 1);
      const firsts = await Promise.all(uids.map((uid) => firstOf(b, uid)));
      expect(firsts.filter((first) => first === 1)).toHaveLength(3);
    });

    it('of devices: the one that was silent for the longest is forgotten', async () => {
      const [a] = await start(1, { maxDevices: 2 });
      const epoch = await fill(a, 'ann', 3);
      const ack = (offset: number, device: string): Promise<unknown> =>
        a.ack('ann', '@aaaaaaaaaa.1', { epoch, offset }, device);
      await ack(1, 'one');
      await ack(1, 'two');
      await ack(2, 'one');
      await ack(1, 'three');
      expect(await ack(3, 'two')).toMatchObject({ previous: 0 });
      expect(await ack(3, 'three')).toMatchObject({ previous: 1 });
      expect(await ack(3, 'one')).toMatchObject({ previous: 0 });
    });

    it('of notes: the oldest go, with 0 there are none', async () => {
      for (const [maxNotes, expected] of [
        [2, ['@aaaaaaaaaa.3', '@aaaaaaaaaa.4']],
        [0, []],
      ] as const) {
        const [a] = await start(1, { maxNotes });
        const message = a.message('x');
        const { positions } = await a.history.append(['ann'], message);
        for (const i of [1, 2, 3, 4]) {
          const connectionId = `@aaaaaaaaaa.${i}`;
          const note = { uid: 'ann', epoch: positions[0].epoch, connectionId, from: 1, to: 1 };
          await a.history.written([note]);
        }
        const [{ devices }] = await a.history.explain(message.id, { limit: 1 });
        expect(devices.map(({ connectionId }) => connectionId)).toEqual(expected);
      }
    });
  });
}
