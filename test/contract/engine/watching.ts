import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineNode } from '../../support/engine-node.js';
import { until } from '../../support/until.js';
import type { ThreeNodes } from './cluster.js';

export function describeWatching(cluster: ThreeNodes): void {
  describe('a watched uid', () => {
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;
    beforeEach(() => ({ a, b, c } = cluster));

    const sees = (node: EngineNode, ...expected: string[]): Promise<void> =>
      until(`it sees ${expected.join(' ')}`, () => node.sight.join() === expected.join());

    it('is told as it stands before `watch` has come to its end', async () => {
      await b.connect('ann');
      await a.engine.watch(['ann', 'ben']);
      expect(a.sight.sort()).toEqual(['+ann', '-ben']);
      const { seq } = await b.waitForOnline('ann');
      expect(a.seen.all.find(({ uid }) => uid === 'ann')?.seq).toBe(seq);
    });

    it('is told at once when this node watches it already', async () => {
      await Promise.all([a.engine.watch(['ann']), a.engine.watch(['ann', 'ben'])]);
      await a.engine.watch(['ben']);
      expect(a.sight.sort()).toEqual(['-ann', '-ben']);
    });

    it('is told once per change, with its number, wherever it happens', async () => {
      await a.engine.watch(['ann']);
      const first = await b.connect('ann');
      const second = await c.connect('ann');
      first.close();
      await b.engine.unregister(first.connection, []);
      second.close();
      await c.waitForOffline('ann');
      await a.connect('ann');
      await sees(a, '-ann', '+ann', '-ann', '+ann');
      const told = [a, b, c].flatMap((node) => node.changesOf('ann')).map(({ seq }) => seq);
      expect(a.seen.all.slice(1).map(({ seq }) => seq)).toEqual(told.sort((x, y) => x - y));
    });

    it('is told to every node that watches it, and to no other', async () => {
      await Promise.all([a.engine.watch(['ann']), b.engine.watch(['ann', 'ben'])]);
      await c.connect('ann');
      await c.connect('ben');
      await sees(a, '-ann', '+ann');
      await until('b sees both', () => b.sight.length === 4);
      expect(b.sight.sort()).toEqual(['+ann', '+ben', '-ann', '-ben']);
      expect(c.sight).toEqual([]);
    });

    it('that moves between nodes is not told to have moved', async () => {
      await a.engine.watch(['ann', 'end']);
      let held = await a.connect('ann');
      for (const node of [b, c, a, b]) {
        const next = await node.connect('ann');
        held.close();
        held = next;
      }
      await c.connect('end');
      await until('the end is seen', () => a.sight.includes('+end'));
      expect(a.sight.filter((one) => one.includes('ann'))).toEqual(['-ann', '+ann']);
    });

    it('is told no more once it is unwatched, and anew when it is watched again', async () => {
      await a.engine.watch(['ann', 'ben']);
      a.engine.unwatch(['ann', 'nobody']);
      await b.connect('ann');
      await b.connect('ben');
      await until('ben is seen', () => a.sight.includes('+ben'));
      expect(a.sight).not.toContain('+ann');
      await a.engine.watch(['ann']);
      expect(a.sight.at(-1)).toBe('+ann');
    });

    it('is right in the end, however it comes and goes meanwhile', async () => {
      const uids = Array.from({ length: 40 }, (_, i) => `u${i}`);
      const [watched, came] = await Promise.all([
        a.engine.watch(uids),
        Promise.all(uids.map((uid, i) => [a, b, c][i % 3].connect(uid))),
      ]);
      void watched;
      for (const [i, socket] of came.entries()) {
        if (i % 2 === 0) continue;
        socket.close();
        if (i % 4 === 1) await [b, c, a][i % 3].connect(uids[i]);
      }
      const stands = (): Map<string, boolean> =>
        new Map(a.seen.all.map(({ uid, online }) => [uid, online]));
      await until('all is as it is', () =>
        uids.every((uid, i) => stands().get(uid) === (i % 2 === 0 || i % 4 === 1)),
      );
      for (const uid of uids) {
        const told = a.seen.all.filter((one) => one.uid === uid);
        const isAlternating = told.every(
          ({ online }, i) => i === 0 || online !== told[i - 1].online,
        );
        const isGrowing = told.every(({ seq }, i) => i === 0 || seq > told[i - 1].seq);
        expect([uid, isAlternating, isGrowing]).toEqual([uid, true, true]);
      }
    });
  });
}
