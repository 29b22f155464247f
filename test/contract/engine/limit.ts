import { beforeEach, describe, expect, it } from 'vitest';
import { toUid, type EngineNode } from '../../support/engine-node.js';
import { until } from '../../support/until.js';
import type { ThreeNodes } from './cluster.js';

export function describeLimit(cluster: ThreeNodes): void {
  describe('the limit', () => {
    let a: EngineNode;
    beforeEach(() => ({ a } = cluster));

    it('refuses what is beyond it, over all nodes, and lets in again when one left', async () => {
      const limit = { max: 2, beyond: 'refuse' } as const;
      const [x, y] = await Promise.all([cluster.addNode(limit), cluster.addNode(limit)]);
      const first = await x.connect('ann');
      await y.connect('ann');
      expect(await x.tryConnect('ann')).toBeNull();
      expect(await y.tryConnect('ann')).toBeNull();
      expect(await a.engine.connectionsOf('ann')).toHaveLength(2);
      first.close();
      await x.engine.unregister(first.connection, []);
      expect(await y.tryConnect('ann')).not.toBeNull();
    });

    it('lets exactly so many in of those that come at once', async () => {
      const limit = { max: 3, beyond: 'refuse' } as const;
      const nodes = await Promise.all([cluster.addNode(limit), cluster.addNode(limit)]);
      const attempts = Array.from({ length: 12 }, (_, i) => nodes[i % 2].tryConnect('ann'));
      const admitted = (await Promise.all(attempts)).filter((socket) => socket !== null);
      expect(admitted).toHaveLength(3);
      expect((await a.engine.counts()).connections).toBe(3);
      expect(await a.send(toUid('ann'), 'x')).toBeGreaterThanOrEqual(1);
    });

    it('shows nobody that waits to be let in, or is refused', async () => {
      const x = await cluster.addNode({ max: 1, beyond: 'refuse' });
      const admitted = await x.connect('ann');
      let waiting = 20;
      const attempts = Array.from({ length: waiting }, async () => {
        await x.tryConnect('ann');
        waiting--;
      });
      do {
        const shown = (await a.engine.connectionsOf('ann')).map((info) => info.connectionId);
        expect(shown).toEqual([admitted.connectionId]);
      } while (waiting > 0);
      await Promise.all(attempts);
    });

    it('forgets a uid that was refused everywhere on a node', async () => {
      const limit = { max: 1, beyond: 'refuse' } as const;
      const [x, y] = await Promise.all([cluster.addNode(limit), cluster.addNode(limit)]);
      await x.connect('ann');
      expect(await y.tryConnect('ann')).toBeNull();
      await until('it is asked no more', async () => (await a.send(toUid('ann'), 'x')) === 1);
    });

    it('closes the oldest, wherever it is, with 4409', async () => {
      const limit = { max: 2, beyond: 'close-oldest' } as const;
      const [x, y] = await Promise.all([cluster.addNode(limit), cluster.addNode(limit)]);
      const sockets = [];
      for (const node of [x, y, x, y]) sockets.push(await node.connect('ann'));
      expect((await sockets[0].waitForClose()).code).toBe(4409);
      expect((await sockets[1].waitForClose()).code).toBe(4409);
      const left = (await a.engine.connectionsOf('ann')).map((info) => info.connectionId);
      expect(left.sort()).toEqual([sockets[2].connectionId, sockets[3].connectionId].sort());
      expect([x, y].flatMap((node) => node.presence)).toEqual(['+ann']);
    });
  });
}
