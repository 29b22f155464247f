import { describe, expect, it } from 'vitest';
import { MemoryCluster, MemoryEngine, type Engine } from '../../src/index.js';
import { useMemoryCluster } from '../support/use-cluster.js';
import { describeRepeats } from './idempotency/repeats.js';

/** Its messages never come to an end, as those of a node that dies while it sends. */
class DeadEngine extends MemoryEngine implements Engine {
  readonly began: Promise<void>;
  private begin = () => {};

  constructor(cluster: MemoryCluster) {
    super(cluster);
    this.began = new Promise((resolve) => (this.begin = resolve));
  }

  // `never`: the seam lets `publish` answer later, the memory engine answers at once.
  override publish = (() => {
    this.begin();
    return new Promise(() => undefined);
  }) as never;
}

describe('an idempotency key over the memory engine', () => {
  const cluster = useMemoryCluster({ push: { history: {} } });
  describeRepeats(cluster);

  it('is free when the node that sends has not done it within idempotencyLease', async () => {
    const shared = new MemoryCluster();
    const dead = new DeadEngine(shared);
    const push = { idempotencyLease: 50 };
    const dying = await cluster.start({ push: { ...push, engine: dead } });
    const other = await cluster.start({ push: { ...push, engine: new MemoryEngine(shared) } });
    void dying.push.sendToUid('ada', 1, { idempotencyKey: 'k' });
    await dead.began;
    const { id, repeated } = await other.push.sendToUid('ada', 1, { idempotencyKey: 'k' });
    expect(repeated).toBeUndefined();
    expect(await other.push.sendToUid('ada', 1, { idempotencyKey: 'k' })).toMatchObject({ id });
  });

  it('is forgotten when there are more than maxKeys of the cluster, the oldest first', async () => {
    const engine = new MemoryEngine(new MemoryCluster({ maxKeys: 2 }));
    const { push } = await cluster.start({ push: { engine } });
    for (const key of ['a', 'b', 'c']) await push.sendToUid('ada', 1, { idempotencyKey: key });
    const again = async (idempotencyKey: string) =>
      (await push.sendToUid('ada', 1, { idempotencyKey })).repeated;
    expect([await again('c'), await again('b'), await again('a')]).toEqual([true, true, undefined]);
  });

  it('is refused with a cluster that can remember none', () => {
    expect(() => new MemoryCluster({ maxKeys: 0 })).toThrow(
      'MemoryCluster: option "maxKeys" is 0; allowed is a whole number of keys',
    );
  });
});
