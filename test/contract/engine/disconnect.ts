import { beforeEach, describe, expect, it } from 'vitest';
import { toConnection, toGroup, toUid, type EngineNode } from '../../support/engine-node.js';
import type { ThreeNodes } from './cluster.js';

const CLOSE = { code: 4403, reason: 'gone' };

export function describeDisconnect(cluster: ThreeNodes): void {
  describe('disconnect', () => {
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;
    beforeEach(() => ({ a, b, c } = cluster));

    it('closes every connection of a uid, and counts the nodes that held one', async () => {
      const sockets = [await a.connect('ann'), await b.connect('ann'), await b.connect('ann')];
      await c.connect('ben');
      expect(await c.engine.disconnect(toUid('ann'), CLOSE)).toBe(2);
      for (const socket of sockets) expect(await socket.waitForClose()).toEqual(CLOSE);
      await Promise.race([a.waitForOffline('ann'), b.waitForOffline('ann')]);
      expect(await c.engine.disconnect(toUid('ann'), CLOSE)).toBe(0);
      expect(await c.engine.online(['ann', 'ben'])).toEqual([false, true]);
    });

    it('closes one connection', async () => {
      const [one, two] = [await b.connect('ann'), await b.connect('ann')];
      expect(await a.engine.disconnect(toConnection(one.connectionId), CLOSE)).toBe(1);
      expect(await one.waitForClose()).toEqual(CLOSE);
      expect(await a.engine.disconnect(toConnection(one.connectionId), CLOSE)).toBe(0);
      expect(await a.send(toUid('ann'), 'x')).toBe(1);
      expect(await two.next()).toBe('x');
    });

    it('leaves nothing of a connection that is just coming', async () => {
      await a.engine.joinGroup(toUid('ann'), 'g');
      const coming = a.tryConnect('ann');
      a.local.disconnect(toUid('ann'), CLOSE);
      await coming;
      // Whatever the engine was told of the one before is done when this one is let in.
      await a.connect('ben');
      expect(await b.engine.online(['ann', 'ben'])).toEqual([false, true]);
      expect(await b.engine.counts()).toEqual({ connections: 1, uids: 1, nodes: 3 });
      expect(await b.send(toGroup('g'), 'x')).toBe(0);
    });
  });
}
