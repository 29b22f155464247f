import { beforeEach, describe, expect, it } from 'vitest';
import { toConnection, toGroup, toUid, type EngineNode } from '../../support/engine-node.js';
import type { ThreeNodes } from './cluster.js';
import { fence, withoutFences } from './fence.js';

export function describeGroups(cluster: ThreeNodes): void {
  describe('groups', () => {
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;
    beforeEach(() => ({ a, b, c } = cluster));

    it('hold a uid with all connections that it has and will have, on any node', async () => {
      const early = await b.connect('ann');
      await a.engine.joinGroup(toUid('ann'), 'g');
      const late = await c.connect('ann');
      const outsider = await c.connect('ben');
      expect(await a.send(toGroup('g'), 'x')).toBe(2);
      expect(await early.next()).toBe('x');
      expect(await late.next()).toBe('x');
      await fence(a, outsider);
      expect(withoutFences(outsider)).toEqual([]);
    });

    it('hold an offline uid until it leaves', async () => {
      await a.engine.joinGroup(toUid('ann'), 'g');
      expect(await a.send(toGroup('g'), 'x')).toBe(0);
      const first = await b.connect('ann');
      expect(await a.send(toGroup('g'), 'x')).toBe(1);
      first.close();
      await b.waitForOffline('ann');
      expect(await a.send(toGroup('g'), 'x')).toBe(0);
      const second = await c.connect('ann');
      expect(await a.send(toGroup('g'), 'y')).toBe(1);
      expect(await second.next()).toBe('y');
      await b.engine.leaveGroup(toUid('ann'), 'g');
      expect(await a.send(toGroup('g'), 'z')).toBe(0);
      await c.connect('ann');
      expect(await a.send(toGroup('g'), 'z')).toBe(0);
    });

    it('hold a connection until it closes', async () => {
      const [one, two] = [await b.connect('ann'), await b.connect('ann')];
      await a.engine.joinGroup(toConnection(one.connectionId), 'g');
      expect(await a.send(toGroup('g'), 'x')).toBe(1);
      expect(await one.next()).toBe('x');
      await fence(a, two);
      expect(withoutFences(two)).toEqual([]);
      one.close();
      const next = await b.connect('ann');
      expect(await a.send(toGroup('g'), 'y')).toBe(0);
      await fence(a, next);
      expect(withoutFences(next)).toEqual([]);
    });

    it('hold a connection for two reasons until both have ended', async () => {
      const socket = await b.connect('ann');
      await a.engine.joinGroup(toUid('ann'), 'g');
      await a.engine.joinGroup(toConnection(socket.connectionId), 'g');
      await a.engine.leaveGroup(toUid('ann'), 'g');
      expect(await a.send(toGroup('g'), 'x')).toBe(1);
      await a.engine.leaveGroup(toConnection(socket.connectionId), 'g');
      expect(await a.send(toGroup('g'), 'y')).toBe(0);
    });

    it('are dissolved for uids and connections, online and offline, everywhere', async () => {
      const [ann, ben] = [await b.connect('ann'), await c.connect('ben')];
      await a.engine.joinGroup(toUid('ann'), 'g');
      await a.engine.joinGroup(toUid('offline'), 'g');
      await a.engine.joinGroup(toConnection(ben.connectionId), 'g');
      expect(await a.send(toGroup('g'), 'x')).toBe(2);
      await c.engine.dissolveGroup('g');
      expect(await a.send(toGroup('g'), 'y')).toBe(0);
      expect(await a.engine.uidsInGroup('g')).toEqual([]);
      await b.connect('offline');
      await b.connect('ann');
      expect(await a.send(toGroup('g'), 'z')).toBe(0);
      await fence(a, ann, ben);
      expect(withoutFences(ann)).toEqual(['x']);
    });

    it('tell member uids, online or not, and uids of member connections, each once', async () => {
      const ben = await b.connect('ben');
      await b.connect('ann');
      await c.connect('ann');
      for (const uid of ['ann', 'cat']) await a.engine.joinGroup(toUid(uid), 'g');
      await a.engine.joinGroup(toConnection(ben.connectionId), 'g');
      expect([...(await c.engine.uidsInGroup('g'))].sort()).toEqual(['ann', 'ben', 'cat']);
      expect(await c.engine.uidsInGroup('none')).toEqual([]);
    });

    it('take no notice of connections and groups that are not there', async () => {
      const unknown = toConnection(`@${'z'.repeat(10)}.1`);
      await a.engine.joinGroup(unknown, 'g');
      await a.engine.leaveGroup(unknown, 'g');
      await a.engine.leaveGroup(toUid('nobody'), 'g');
      await a.engine.dissolveGroup('g');
      expect(await a.engine.uidsInGroup('g')).toEqual([]);
    });

    it('do not keep what was left while a connection was registering', async () => {
      await a.engine.joinGroup(toUid('ann'), 'g');
      const registering = b.connect('ann');
      await a.engine.leaveGroup(toUid('ann'), 'g');
      await registering;
      expect(await a.send(toGroup('g'), 'x')).toBe(0);
    });
  });
}
