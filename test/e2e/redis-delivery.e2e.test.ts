import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  ALL,
  toGroup,
  toUid,
  toUids,
  type EngineNode,
  type FakeSocket,
} from '../support/engine-node.js';
import { useNodes, useRedis } from '../support/use-redis.js';

const redis = useRedis();
const nodes = useNodes(() => ({ url: redis.url, prefix: 'delivery', leaseTime: 1_000 }));

describe('a message goes through Redis to exactly the nodes that hold its target', () => {
  it('whatever the size of the cluster', async () => {
    const [sender, one, two, ...others] = await Promise.all(
      Array.from({ length: 8 }, () => nodes.start()),
    );
    for (const [i, node] of [sender, ...others].entries()) await node.connect(`other${i}`);
    const sockets = [await one.connect('ann'), await two.connect('ann'), await two.connect('ann')];
    await sender.engine.joinGroup(toUid('ann'), 'g');
    const spies = nodes.all.map((node) => vi.spyOn(node.local, 'deliver'));
    const subscriber = (await redis.cli('PUBSUB', 'NUMSUB', 'delivery:uid:ann')).split('\n')[1];
    expect(subscriber).toBe('2');

    const targets = [toUid('ann'), toUids('ann', 'nobody'), toGroup('g')];
    for (const target of targets) expect(await sender.send(target, 'x')).toBe(2);
    for (const socket of sockets) for (const _ of targets) await socket.next();
    // The sender looks for connections of its own; nobody else was bothered.
    const deliveries = spies.map((spy) => spy.mock.calls.length);
    expect(deliveries).toEqual([3, 3, 3, 0, 0, 0, 0, 0]);

    expect(await sender.send(ALL, 'all')).toBe(8);
  });

  it('and not at all to a node without connections', async () => {
    const [worker, server] = [await nodes.start(), await nodes.start()];
    await server.connect('ann');
    const spy = vi.spyOn(worker.local, 'deliver');
    expect(await server.send(ALL, 'x')).toBe(1);
    expect(await worker.send(ALL, 'x')).toBe(1);
    // Its own look at its own connections.
    expect(spy).toHaveBeenCalledTimes(1);
  });
});

describe('order and duplicates', () => {
  const UIDS = ['u0', 'u1', 'u2'];

  /** What is done to the cluster in one step. */
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('connect' as const),
        node: fc.nat(),
        uid: fc.constantFrom(...UIDS),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('disconnect' as const), at: fc.nat() }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('send' as const),
        node: fc.nat(),
        uid: fc.constantFrom(...UIDS),
        also: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('join' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), node: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('drop' as const),
        type: fc.constantFrom('pubsub', 'normal'),
      }),
    },
  );

  interface Numbered {
    sender: string;
    n: number;
  }

  it('every connection gets the messages of each sender in order, at most once, and none after a quiet moment is lost', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const prefix = `run${++runs}`;
        const live = [await nodes.start({ prefix }), await nodes.start({ prefix })];
        const sockets: { uid: string; node: EngineNode; socket: FakeSocket }[] = [];
        const underWay: Promise<unknown>[] = [];
        let n = 0;
        for (const action of steps) {
          switch (action.do) {
            case 'connect': {
              const node = live[action.node % live.length];
              const { uid } = action;
              underWay.push(
                node.connect(uid).then((socket) => sockets.push({ uid, node, socket })),
              );
              break;
            }
            case 'disconnect': {
              const [gone] = sockets.splice(action.at % Math.max(sockets.length, 1), 1);
              gone?.socket.close();
              break;
            }
            case 'send': {
              const node = live[action.node % live.length];
              const message = { sender: node.local.node, n: ++n };
              const target = action.also ? toUids(action.uid, 'nobody') : toUid(action.uid);
              // While a connection is cut a send may fail; it must not come twice or too late.
              underWay.push(node.send(target, message).catch(() => undefined));
              break;
            }
            case 'join':
              if (live.length < 4) live.push(await nodes.start({ prefix }));
              break;
            case 'stop':
              if (live.length > 1) {
                const [node] = live.splice(action.node % live.length, 1);
                // An application that ends lets nobody in any more.
                await Promise.all(underWay);
                underWay.push(node.stop());
              }
              break;
            case 'drop':
              // Connections to Redis are cut, as by a network that fails for a moment.
              await redis.cli('CLIENT', 'KILL', 'TYPE', action.type);
              break;
          }
        }
        await Promise.all(underWay);
        await quiet(live);
        const held = sockets.filter(({ node }) => live.includes(node));
        for (const uid of UIDS) {
          const holders = new Set(held.filter((one) => one.uid === uid).map(({ node }) => node));
          const last = { sender: 'last', n: ++n };
          expect(await live[0].send(toUid(uid), last)).toBe(holders.size);
          for (const one of held.filter((other) => other.uid === uid)) {
            await one.socket.inbox.take(
              'the last message',
              ({ data }) => (data as Numbered).n === n,
            );
          }
        }
        for (const { socket } of sockets) expectInOrder(socket.received as Numbered[]);
        const uids = new Set(held.map(({ uid }) => uid));
        // A node that stopped while it was cut off could not say so: its lease must end.
        await vi.waitFor(
          async () =>
            expect(await live[0].engine.counts()).toEqual({
              connections: held.length,
              uids: uids.size,
              nodes: live.length,
            }),
          { timeout: 5_000 },
        );
        const online = await live[0].engine.online(UIDS);
        expect(online).toEqual(UIDS.map((uid) => uids.has(uid)));
        await Promise.all(live.map((node) => node.stop()));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  /** When every node is connected and has nothing to tell Redis. */
  async function quiet(live: EngineNode[]): Promise<void> {
    for (const node of live) {
      await vi.waitUntil(() => node.engine.health().status === 'up', { timeout: 10_000 });
      const socket = await node.connect(`fence ${node.local.node}`);
      socket.close();
      await node.engine.unregister(socket.connection, []);
    }
  }

  function expectInOrder(received: Numbered[]): void {
    const last = new Map<string, number>();
    for (const { sender, n } of received) {
      expect(n).toBeGreaterThan(last.get(sender) ?? 0);
      last.set(sender, n);
    }
  }
});
