import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionLimit, Engine } from '../../src/engine/engine.js';
import {
  ALL,
  toConnection,
  toGroup,
  toUid,
  toUids,
  type EngineNode,
  type FakeSocket,
} from '../support/engine-node.js';

/** A cluster of one engine implementation. */
export interface EngineCluster {
  /** Starts one more node. */
  addNode(limit?: ConnectionLimit): Promise<EngineNode>;
  /** Stops every node that still runs. */
  stop(): Promise<void>;
}

const CLOSE = { code: 4403, reason: 'gone' };

/** A message that comes after all that was sent to these before: what they have then is final. */
async function fence(sender: EngineNode, ...sockets: FakeSocket[]): Promise<void> {
  for (const socket of sockets) {
    await sender.send(toConnection(socket.connectionId), 'fence');
    await socket.inbox.take('the fence', ({ data }) => data === 'fence');
  }
}

function withoutFences(socket: FakeSocket): unknown[] {
  return socket.received.filter((data) => data !== 'fence');
}

async function drain(batches: ReturnType<Engine['uids']>): Promise<string[]> {
  const uids: string[] = [];
  for await (const batch of batches) uids.push(...batch);
  return uids;
}

/** What every engine promises in `engine.ts`. Each test gets a cluster of its own. */
export function describeEngine(name: string, makeCluster: () => Promise<EngineCluster>): void {
  describe(`${name} keeps the engine contract:`, () => {
    let cluster: EngineCluster;
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;

    beforeEach(async () => {
      cluster = await makeCluster();
      [a, b, c] = await Promise.all([cluster.addNode(), cluster.addNode(), cluster.addNode()]);
    });
    afterEach(() => cluster.stop());

    describe('messages', () => {
      it('reach every connection of a uid on every node, and nobody else', async () => {
        const [here, there, other] = [
          await a.connect('ann'),
          await b.connect('ann'),
          await b.connect('ben'),
        ];
        expect(await a.send(toUid('ann'), { hello: 1 })).toBe(2);
        expect(await here.next()).toEqual({ hello: 1 });
        expect(await there.next()).toEqual({ hello: 1 });
        await fence(a, here, there, other);
        expect(withoutFences(other)).toEqual([]);
        expect(withoutFences(there)).toHaveLength(1);
      });

      it('carry id, sender and any JSON value', async () => {
        const far = await b.connect('ann');
        const values = [null, 0, '', 'é "quoted" \u2028 😀', [1, [2]], { a: { b: null } }, true];
        for (const value of values) {
          const message = a.message(value, 'ben "b"');
          await a.engine.publish(toUid('ann'), message);
          const received = await far.inbox.take('the message');
          expect(received).toEqual({ id: message.id, from: 'ben "b"', data: value });
        }
      });

      it('answer 0 when nobody is online, or the connection has gone or never was', async () => {
        const gone = await b.connect('gone');
        gone.close();
        await b.waitForOffline('gone');
        const unknown = `@${'z'.repeat(10)}.1`;
        expect(await a.send(toUid('gone'), 1)).toBe(0);
        expect(await a.send(toUids('gone', 'nobody'), 1)).toBe(0);
        expect(await a.send(toUids(), 1)).toBe(0);
        expect(await a.send(toGroup('nobody'), 1)).toBe(0);
        expect(await a.send(toConnection(gone.connectionId), 1)).toBe(0);
        expect(await a.send(toConnection(unknown), 1)).toBe(0);
        expect(await a.send(ALL, 1)).toBe(0);
      });

      it('to several uids reach each connection once and count each node once', async () => {
        const onB = [await b.connect('ann'), await b.connect('ben')];
        const onC = [await c.connect('ann')];
        expect(await a.send(toUids('ann', 'ben', 'ann', 'nobody'), 'x')).toBe(2);
        for (const socket of [...onB, ...onC]) {
          await fence(a, socket);
          expect(withoutFences(socket)).toEqual(['x']);
        }
      });

      it('to one connection reach that one only', async () => {
        const [one, two] = [await b.connect('ann'), await b.connect('ann')];
        expect(await a.send(toConnection(two.connectionId), 'x')).toBe(1);
        expect(await b.send(toConnection(two.connectionId), 'y')).toBe(1);
        await fence(a, one, two);
        expect(withoutFences(one)).toEqual([]);
        expect(withoutFences(two)).toEqual(['x', 'y']);
      });

      it('to all reach every connection, and count nodes that hold one', async () => {
        const sockets = [await a.connect('ann'), await b.connect('ben'), await b.connect('ann')];
        expect(await a.send(ALL, 'x')).toBe(2);
        expect(await c.send(ALL, 'y')).toBe(2);
        for (const socket of sockets) {
          await socket.inbox.take('x', ({ data }) => data === 'x');
          await socket.inbox.take('y', ({ data }) => data === 'y');
          await fence(a, socket);
          expect(withoutFences(socket)).toHaveLength(2);
        }
      });

      it('leave out uids and connections in except, which does not change the count', async () => {
        const [a1, b1, b2] = [
          await a.connect('ann'),
          await b.connect('ann'),
          await b.connect('ben'),
        ];
        const targets = [toUids('ann', 'ben'), ALL];
        for (const target of targets) {
          expect(await a.send(target, 'x', ['ann'])).toBe(2);
          expect(await b2.next()).toBe('x');
        }
        expect(await a.send(toUid('ann'), 'y', [b1.connectionId])).toBe(2);
        expect(await a1.next()).toBe('y');
        await fence(a, a1, b1, b2);
        expect(withoutFences(b1)).toEqual([]);
        expect(withoutFences(a1)).toEqual(['y']);
      });

      it('of one sender arrive in order, at most once, to uid and uids alike', async () => {
        const sockets = [await a.connect('ann'), await b.connect('ann'), await c.connect('ann')];
        const total = 300;
        const sent = [];
        for (let i = 0; i < total; i++) {
          const target = i % 3 === 0 ? toUids('ann', `other${i}`) : toUid('ann');
          sent.push(a.send(target, i));
        }
        expect(new Set(await Promise.all(sent))).toEqual(new Set([3]));
        for (const socket of sockets) {
          await socket.inbox.take('the last message', ({ data }) => data === total - 1);
          expect(socket.received).toEqual(Array.from({ length: total }, (_, i) => i));
        }
      });

      it('reach a connection as soon as its registration is answered, from any node', async () => {
        for (let i = 0; i < 20; i++) {
          const socket = await b.connect(`u${i}`);
          expect(await a.send(toUid(`u${i}`), i)).toBe(1);
          expect(await socket.next()).toBe(i);
        }
      });

      it('keep names apart that look alike', async () => {
        const uids = ['a', 'a:b', 'a b', '{a}', '}a', '{}a', '*', 'ä', 'a\\b', '"', '😀', 'A'];
        const sockets = [];
        for (const uid of uids) sockets.push(await b.connect(uid));
        for (const uid of uids) expect(await a.send(toUid(uid), uid)).toBe(1);
        await fence(a, ...sockets);
        expect(sockets.map((socket) => withoutFences(socket))).toEqual(uids.map((uid) => [uid]));
        expect((await drain(a.engine.uids())).sort()).toEqual([...uids].sort());
      });
    });

    describe('groups', () => {
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

    describe('presence', () => {
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

    describe('disconnect', () => {
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

    describe('the limit', () => {
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

      it('forgets a uid that was refused everywhere on a node', async () => {
        const limit = { max: 1, beyond: 'refuse' } as const;
        const [x, y] = await Promise.all([cluster.addNode(limit), cluster.addNode(limit)]);
        await x.connect('ann');
        expect(await y.tryConnect('ann')).toBeNull();
        await y.connect('other');
        expect(await a.send(toUid('ann'), 'x')).toBe(1);
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
  });
}
