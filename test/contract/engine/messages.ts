import { beforeEach, describe, expect, it } from 'vitest';
import {
  ALL,
  toConnection,
  toGroup,
  toUid,
  toUids,
  type EngineNode,
} from '../../support/engine-node.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { ThreeNodes } from './cluster.js';
import { fence, withoutFences } from './fence.js';

async function drain(batches: ReturnType<Engine['uids']>): Promise<string[]> {
  const uids: string[] = [];
  for await (const batch of batches) uids.push(...batch);
  return uids;
}

export function describeMessages(cluster: ThreeNodes): void {
  describe('messages', () => {
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;
    beforeEach(() => ({ a, b, c } = cluster));

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
      const [a1, b1, b2] = [await a.connect('ann'), await b.connect('ann'), await b.connect('ben')];
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
}
