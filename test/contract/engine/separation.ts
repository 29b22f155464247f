import { beforeEach, expect, it } from 'vitest';
import { ALL, toConnection, toGroup, toUid, type EngineNode } from '../../support/engine-node.js';
import type { EngineCluster, ThreeNodes } from './cluster.js';

const CLOSE = { code: 4403, reason: 'gone' };

export function describeSeparation(
  cluster: ThreeNodes,
  makeCluster: () => Promise<EngineCluster>,
): void {
  let a: EngineNode;
  beforeEach(() => ({ a } = cluster));

  it('two clusters never see each other', async () => {
    const other = await makeCluster();
    try {
      const stranger = await other.addNode();
      const theirs = await stranger.connect('ann');
      await stranger.engine.joinGroup(toUid('ann'), 'g');
      expect(await a.send(toUid('ann'), 'x')).toBe(0);
      expect(await a.send(toGroup('g'), 'x')).toBe(0);
      expect(await a.send(ALL, 'x')).toBe(0);
      expect(await a.send(toConnection(theirs.connectionId), 'x')).toBe(0);
      expect(await a.engine.online(['ann'])).toEqual([false]);
      expect(await a.engine.uidsInGroup('g')).toEqual([]);
      expect(await a.engine.disconnect(toUid('ann'), CLOSE)).toBe(0);
      expect(await a.engine.counts()).toEqual({ connections: 0, uids: 0, nodes: 3 });
      expect(theirs.received).toEqual([]);
    } finally {
      await other.stop();
    }
  });
}
