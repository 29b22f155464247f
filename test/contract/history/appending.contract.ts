import { describe, expect, it } from 'vitest';
import { toUid, toUids } from '../../support/engine-node.js';
import { dataOf, offsetsOf } from '../../support/history-node.js';
import type { StartNodes } from '../history.contract.js';

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function describeAppending(start: StartNodes): void {
  describe('appending', () => {
    it('gives offsets from 1 without holes, in the epoch that was named before', async () => {
      const [a] = await start(1);
      const { top } = await a.history.open('ann', {});
      expect(top.offset).toBe(0);
      for (const offset of [1, 2, 3]) {
        expect(await a.append('ann', offset)).toEqual({ epoch: top.epoch, offset });
      }
      expect((await a.history.open('ann', {})).top).toEqual({ epoch: top.epoch, offset: 3 });
    });

    it('begins the stream of a uid that was never here', async () => {
      const [a, b] = await start(2);
      const first = await a.append('ann', 'x');
      expect(first.offset).toBe(1);
      expect((await b.history.open('ann', {})).top).toEqual(first);
    });

    it('gives every uid a stream of its own', async () => {
      const [a] = await start(1);
      const ann = await a.append('ann', 1);
      const ben = await a.append('ben', 2);
      expect([ann.offset, ben.offset]).toEqual([1, 1]);
      expect(ann.epoch).not.toBe(ben.epoch);
      expect(dataOf(await a.readAll('ben', { ...ben, offset: 0 }))).toEqual([2]);
    });

    it('leaves no hole and no double when two nodes append at once', async () => {
      const [a, b] = await start(2);
      const { top } = await a.history.open('ann', {});
      const appended = await Promise.all(
        many(200).map((i) => (i % 2 === 0 ? a : b).append('ann', i)),
      );
      const offsets = appended.map(({ offset }) => offset).sort((x, y) => x - y);
      expect(offsets).toEqual(many(200).map((i) => i + 1));
      const kept = await b.readAll('ann', top);
      expect(offsetsOf(kept)).toEqual(offsets);
      for (const [i, { offset }] of appended.entries()) {
        expect(dataOf([kept[offset - 1]])).toEqual([i]);
      }
    });

    it('answers how many nodes hold a connection, and carries to those with the position', async () => {
      const [a, b, c] = await start(3);
      await Promise.all([a.connect('ann'), b.connect('ann'), b.connect('ann'), c.connect('ben')]);
      const message = b.message({ hello: 1 }, 'ben');
      const { positions, nodes } = await b.history.append(['ann'], message);
      expect(nodes).toBe(2);
      for (const node of [a, b]) {
        const arrival = await node.arrivals.take('the message');
        expect(arrival).toMatchObject({ uid: 'ann', message: { id: message.id, from: 'ben' } });
        expect(arrival.message.position).toEqual(positions[0]);
        expect(arrival.message.json).toBe('{"hello":1}');
        expect(node.arrivals.all).toHaveLength(1);
      }
      expect(c.arrivals.all).toEqual([]);
    });

    it('answers 0 nodes when nobody is online, and keeps the message', async () => {
      const [a] = await start(1);
      const { positions, nodes } = await a.appendAll(['ann'], 'mail');
      expect(nodes).toBe(0);
      const [{ epoch }] = positions;
      expect(dataOf(await a.readAll('ann', { epoch, offset: 0 }))).toEqual(['mail']);
    });

    it('for several uids has a position for each, and counts each node once', async () => {
      const [a, b] = await start(2);
      await Promise.all([a.connect('ann'), b.connect('ann'), b.connect('ben')]);
      await a.append('ben', 'before');
      const uids = ['ann', 'ben', 'cid'];
      const { positions, nodes } = await a.appendAll(uids, 'x');
      expect(positions.map(({ offset }) => offset)).toEqual([1, 2, 1]);
      expect(nodes).toBe(2);
      for (const [i, uid] of uids.entries()) {
        expect((await b.history.open(uid, {})).top).toEqual(positions[i]);
      }
      const onB = [
        await b.arrivals.take('1'),
        await b.arrivals.take('2'),
        await b.arrivals.take('3'),
      ];
      const of = (uid: string): unknown[] =>
        onB.filter((one) => one.uid === uid).map(({ message }) => message.position);
      expect(of('ann')).toEqual([positions[0]]);
      expect(of('ben')[1]).toEqual(positions[1]);
      expect(await a.appendAll([], 'nobody')).toEqual({ positions: [], nodes: 0 });
    });

    it('for very many uids appends to each', async () => {
      const [a] = await start(1);
      const uids = many(1_234).map((i) => `uid-${i}`);
      const { positions } = await a.appendAll(uids, 'x');
      expect(positions.map(({ offset }) => offset)).toEqual(uids.map(() => 1));
      const tops = await a.history.tops(uids.map((uid) => ({ uid })));
      expect(tops).toEqual(positions);
    });

    it('passes on who is left out, live and to those who read it', async () => {
      const [a, b] = await start(2);
      const [one, two] = [await b.connect('ann'), await b.connect('ann')];
      const except = new Set([one.connectionId]);
      const { epoch } = await a.append('ann', 'x', { except });
      expect((await b.arrivals.take('the message')).except).toEqual(except);
      expect(await two.next()).toBe('x');
      expect(one.received).toEqual([]);
      const [kept] = await b.readAll('ann', { epoch, offset: 0 });
      expect(kept.except).toEqual(except);
    });

    it('keeps the order with messages that are only published, from the same node', async () => {
      const [a, b] = await start(2);
      await Promise.all([a.connect('ann'), b.connect('ann')]);
      const sent = many(120).map(async (i) => {
        if (i % 3 === 0) await a.append('ann', i);
        else if (i % 3 === 1) await a.send(toUid('ann'), i);
        else await a.send(toUids('ann', 'ben'), i);
      });
      await Promise.all(sent);
      for (const node of [a, b]) {
        await node.arrivals.take('the last', ({ message }) => message.json === '119');
        expect(node.arrived.map(([data]) => data)).toEqual(many(120));
      }
    });

    it('keeps the order when each call waits for the one before', async () => {
      const [a, b] = await start(2);
      await Promise.all([a.connect('ann'), b.connect('ann')]);
      for (const i of many(10)) {
        await a.append('ann', `kept ${i}`);
        await a.send(toUid('ann'), `sent ${i}`);
      }
      const expected = many(10).flatMap((i) => [`kept ${i}`, `sent ${i}`]);
      for (const node of [a, b]) {
        await node.arrivals.take('the last', ({ message }) => message.json === '"sent 9"');
        expect(node.arrived.map(([data]) => data)).toEqual(expected);
      }
    });

    it('keeps id, sender and any JSON value', async () => {
      const [a, b] = await start(2);
      const { top } = await a.history.open('ann', {});
      const values = [null, 0, '', 'é "quoted" \u2028 😀\n', [1, [2]], { data: ',"data":' }, true];
      const ids: string[] = [];
      for (const value of values) {
        const message = a.message(value, 'ben "b" ,"data":');
        ids.push(message.id);
        await a.history.append(['ann'], message);
      }
      const kept = await b.readAll('ann', top);
      expect(dataOf(kept)).toEqual(values);
      expect(kept.map(({ message }) => message.id)).toEqual(ids);
      expect(new Set(kept.map(({ message }) => message.from))).toEqual(
        new Set(['ben "b" ,"data":']),
      );
      for (const { at } of kept) expect(Math.abs(at - Date.now())).toBeLessThan(60_000);
    });

    it('takes any uid', async () => {
      const [a, b] = await start(2);
      for (const uid of ['with:colon', 'with space', '{brace}d', 'é😀', '%d', 'x'.repeat(128)]) {
        await b.connect(uid);
        const position = await a.append(uid, uid, { undeliveredAfter: 60_000, settle: true });
        const { message } = await b.arrivals.take(`that of ${uid}`, (one) => one.uid === uid);
        expect(message.position).toEqual(position);
        expect(dataOf(await b.readAll(uid, { ...position, offset: 0 }))).toEqual([uid]);
        const [{ uid: explained }] = await b.history.explain(message.id, { limit: 5 });
        expect(explained).toBe(uid);
      }
    });
  });
}
