import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Link } from '../../../../../src/engine/redis/servers/link.js';
import { Subscriptions } from '../../../../../src/engine/redis/servers/subscriptions.js';

/** A server that takes its time, and fails when told to. */
class FakeServer {
  readonly channels = new Set<string>();
  commands = 0;

  readonly subscribe = (channels: readonly string[]): Promise<void> =>
    this.later(channels, (channel) => this.channels.add(channel));

  readonly unsubscribe = (channels: readonly string[]): Promise<void> =>
    this.later(channels, (channel) => this.channels.delete(channel));

  readonly close = (): void => undefined;

  private async later(
    channels: readonly string[],
    each: (channel: string) => unknown,
  ): Promise<void> {
    if (channels.length === 0) return;
    this.commands++;
    await tick();
    channels.forEach(each);
    await tick();
  }
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('what is wanted when all is done is what the server has, and each wait is kept', async () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('want' as const, 'drop' as const), channel: names }),
    fc.record({ do: fc.constantFrom('tick' as const, 'reconnect' as const), channel: names }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const subscriptions = new Subscriptions();
      let server = new FakeServer();
      await subscriptions.restore(server as unknown as Link);
      const wanted = new Set<string>();
      let drops = 0;
      const waits: Promise<unknown>[] = [];
      for (const action of steps) {
        const { channel } = action;
        if (action.do === 'want') {
          wanted.add(channel);
          const asked = server;
          const since = drops;
          const kept = (): void => {
            if (since === drops && asked === server) expect(server.channels).toContain(channel);
          };
          waits.push(subscriptions.want(channel).then(kept, () => expect(asked).not.toBe(server)));
        } else if (action.do === 'drop') {
          wanted.delete(channel);
          drops++;
          waits.push(subscriptions.drop(channel));
        } else if (action.do === 'tick') {
          await tick();
        } else {
          server = new FakeServer();
          subscriptions.lose();
          const restored = server;
          const restoring = subscriptions.restore(server as unknown as Link);
          waits.push(restoring.catch(() => expect(restored).not.toBe(server)));
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
  const subscriptions = new Subscriptions();
  await subscriptions.restore(server as unknown as Link);
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => subscriptions.want(`c${i}`)));
  expect(server.commands).toBe(1);
  await Promise.all(Array.from({ length: 1_000 }, (_, i) => subscriptions.drop(`c${i}`)));
  expect(server.commands).toBe(2);
});
