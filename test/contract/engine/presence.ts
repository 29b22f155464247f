import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineNode } from '../../support/engine-node.js';
import { until } from '../../support/until.js';
import type { ThreeNodes } from './cluster.js';

export function describePresence(cluster: ThreeNodes): void {
  describe('presence', () => {
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;
    beforeEach(() => ({ a, b, c } = cluster));

    it('is told once per change in the cluster, on the node that caused it', async () => {
      const first = await a.connect('ann');
      await a.waitForOnline('ann');
      const second = await b.connect('ann');
      first.close();
      // Changes of one node take effect in order; those of two may come in any.
      await a.engine.unregister(first.connection, []);
      second.close();
      await b.waitForOffline('ann');
      await c.connect('ann');
      await c.waitForOnline('ann');
      expect([a.presence, b.presence, c.presence]).toEqual([['+ann'], ['-ann'], ['+ann']]);
    });

    it('is told with a number that grows with each change, whichever node tells it', async () => {
      let [node, held] = [a, await a.connect('ann')];
      for (const next of [b, c, a]) {
        held.close();
        await node.waitForOffline('ann');
        [node, held] = [next, await next.connect('ann')];
        await node.waitForOnline('ann');
      }
      const changes = [a, b, c].flatMap((node) => node.changesOf('ann'));
      expect(changes).toHaveLength(7);
      const inOrder = changes.sort((one, other) => one.seq - other.seq);
      expect(new Set(inOrder.map(({ seq }) => seq)).size).toBe(7);
      expect(inOrder.map(({ type }) => type === 'online')).toEqual([
        ...[true, false, true, false, true, false, true],
      ]);
    });

    it('is right for whoever ignores what comes late, of uids that move', async () => {
      const uids = Array.from({ length: 60 }, (_, i) => `u${i}`);
      const last = new Map<string, number>();
      const online = new Set<string>();
      for (const { local } of [a, b, c]) {
        local.events.subscribe((event) => {
          if (event.type !== 'online' && event.type !== 'offline') return;
          if (event.seq <= (last.get(event.uid) ?? 0)) return;
          last.set(event.uid, event.seq);
          if (event.type === 'online') online.add(event.uid);
          else online.delete(event.uid);
        });
      }
      const sockets = await Promise.all(uids.map((uid) => a.connect(uid)));
      for (const [i, uid] of uids.entries()) {
        sockets[i].close();
        await b.connect(uid);
      }
      await until('all is told', () => online.size === uids.length);
      // Nothing is under way any more once these have been told.
      for (const node of [a, b]) await node.connect(`fence of ${node.local.node}`);
      expect([...online].filter((uid) => uid.startsWith('u')).sort()).toEqual(uids.sort());
    });

    it('is known as of a number that goes with its events', async () => {
      const before = await b.engine.presence('ann');
      expect(before.online).toBe(false);
      const socket = await a.connect('ann');
      const { seq: came } = await a.waitForOnline('ann');
      expect(came).toBeGreaterThan(before.seq);
      expect(await b.engine.presence('ann')).toEqual({ online: true, seq: came });
      socket.close();
      const { seq: went } = await a.waitForOffline('ann');
      expect(await c.engine.presence('ann')).toEqual({ online: false, seq: went });
    });

    it('of many uids is answered in their order', async () => {
      await a.connect('ann');
      await b.connect('ben');
      const uids = ['ben', 'nobody', 'ann', 'ben'];
      expect(await c.engine.online(uids)).toEqual([true, false, true, true]);
      expect(await c.engine.online([])).toEqual([]);
    });

    it('ends with the last connection', async () => {
      const [one, two] = [await a.connect('ann'), await b.connect('ann')];
      one.close();
      await a.engine.unregister(one.connection, []);
      expect(await c.engine.online(['ann'])).toEqual([true]);
      two.close();
      await b.waitForOffline('ann');
      expect(await c.engine.online(['ann'])).toEqual([false]);
    });

    it('of a uid that moves between nodes is never offline', async () => {
      let held = await a.connect('ann');
      for (const node of [b, c, a, b, c, a]) {
        const next = await node.connect('ann');
        held.close();
        held = next;
        expect(await b.engine.online(['ann'])).toEqual([true]);
      }
      expect([a, b, c].flatMap((node) => node.presence)).toEqual(['+ann']);
    });

    it('counts connections, uids and nodes of the cluster', async () => {
      const idle = { connections: 0, uids: 0, nodes: 3 };
      expect(await a.engine.counts()).toEqual(idle);
      const sockets = [await a.connect('ann'), await b.connect('ann'), await b.connect('ben')];
      expect(await c.engine.counts()).toEqual({ connections: 3, uids: 2, nodes: 3 });
      for (const socket of sockets) socket.close();
      await b.waitForOffline('ben');
      await Promise.race([a.waitForOffline('ann'), b.waitForOffline('ann')]);
      expect(await c.engine.counts()).toEqual(idle);
    });

    it('names the nodes of the cluster', async () => {
      const names = [a, b, c].map(({ local }) => local.node);
      expect((await b.engine.nodes()).sort()).toEqual(names.sort());
      await a.stop();
      expect((await b.engine.nodes()).sort()).toEqual([b, c].map(({ local }) => local.node).sort());
    });

    it('tells every uid once, in batches none of which holds all', async () => {
      const uids = Array.from({ length: 2_500 }, (_, i) => `u${i}`);
      await Promise.all(uids.map((uid, i) => [a, b, c][i % 3].connect(uid)));
      await Promise.all(uids.slice(0, 500).map((uid) => a.connect(uid)));
      const batches: (readonly string[])[] = [];
      for await (const batch of b.engine.uids()) batches.push(batch);
      expect(batches.flat().sort()).toEqual([...uids].sort());
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(1_000);
    });

    it('tells all that is known of the connections of a uid, wherever they are', async () => {
      const here = await a.connect('ann', 'phone');
      const there = await b.connect('ann');
      there.connection.attributes.set('theme', 'dark');
      await b.connect('ben');
      const found = await a.engine.connectionsOf('ann');
      expect(found).toHaveLength(2);
      expect(found).toContainEqual(here.connection.describe());
      expect(found).toContainEqual(there.connection.describe());
      expect(await a.engine.connectionsOf('nobody')).toEqual([]);
    });

    it('forgets a node that stops', async () => {
      await b.connect('ann');
      await b.stop();
      expect(await a.engine.counts()).toEqual({ connections: 0, uids: 0, nodes: 2 });
      expect(b.presence).toEqual(['+ann', '-ann']);
    });
  });
}
