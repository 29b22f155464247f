import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Link, Tenant } from '../../../../../src/engine/redis/servers/link.js';
import { Subscriptions } from '../../../../../src/engine/redis/servers/subscriptions.js';

/** A server that takes its time, behind a client that asks for no channel that it has already. */
class FakeServer {
  readonly channels = new Set<string>();
  commands = 0;
  private readonly known = new Set<string>();
  private last: Promise<unknown> = Promise.resolve();
  private moves = 0;

  readonly subscribe = (channels: readonly string[]): Promise<void> => {
    const unknown = channels.filter((channel) => !this.known.has(channel));
    return this.command(unknown, () => {
      for (const channel of unknown) this.known.add(channel);
      for (const channel of unknown) this.channels.add(channel);
    });
  };

  readonly unsubscribe = (channels: readonly string[]): Promise<void> =>
    this.command(channels, () => {
      for (const channel of channels) this.known.delete(channel);
      for (const channel of channels) this.channels.delete(channel);
    });

  readonly close = (): void => {
    throw new Error('There is no reason to close this.');
  };

  /** The slot goes to another server and comes back; the client does not hear of it. */
  moveAwayAndBack(): void {
    this.moves++;
    this.channels.clear();
  }

  /** One after the other, as on a connection. */
  private command(channels: readonly string[], run: () => void): Promise<void> {
    if (channels.length === 0) return Promise.resolve();
    this.commands++;
    const { moves } = this;
    const done = this.last
      .then(tick)
      .then(() => {
        if (moves !== this.moves) throw new Error('MOVED');
        run();
      })
      .finally(tick);
    this.last = done.catch(() => undefined);
    return done;
  }
}

const TENANT: Tenant = { moved: () => undefined };

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('what is wanted when all is done is what the server has, and each wait is kept', async () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const step = fc.record({
    do: fc.constantFrom('want', 'want', 'drop', 'tick', 'tick', 'reconnect', 'move'),
    channel: names,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const subscriptions = new Subscriptions(TENANT);
      let server = new FakeServer();
      await subscriptions.restore(server as unknown as Link);
      const wanted = new Set<string>();
      let [drops, losses] = [0, 0];
      const waits: Promise<unknown>[] = [];
      for (const { do: action, channel } of steps) {
        const [dropsBefore, lossesBefore] = [drops, losses];
        const wasLost = (): void => expect(losses).toBeGreaterThan(lossesBefore);
        if (action === 'want') {
          wanted.add(channel);
          const kept = (): void => {
            if (dropsBefore !== drops || lossesBefore !== losses) return;
            expect(server.channels).toContain(channel);
          };
          waits.push(subscriptions.want(channel).then(kept, wasLost));
        } else if (action === 'drop') {
          wanted.delete(channel);
          drops++;
          waits.push(subscriptions.drop(channel));
        } else if (action === 'tick') {
          await tick();
        } else {
          subscriptions.lose();
          if (action === 'move') server.moveAwayAndBack();
          else server = new FakeServer();
          losses++;
          const restored = losses;
          const restoring = subscriptions.restore(server as unknown as Link);
          waits.push(restoring.catch(() => expect(losses).toBeGreaterThan(restored)));
        }
      }
      await Promise.all(waits);
      expect([...server.channels].sort()).toEqual([...wanted].sort());
    }),
    { numRuns: 300 },
  );
});

it('everything of one tick is one command', async () => {
  const server = new FakeServer();
  const subscriptions = new Subscriptions(TENANT);
  await subscriptions.restore(server as unknown as Link);
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => subscriptions.want(`c${i}`)));
  expect(server.commands).toBe(1);
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => subscriptions.drop(`c${i}`)));
  expect(server.commands).toBe(2);
});
