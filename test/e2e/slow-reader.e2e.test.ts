import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '../support/events.js';
import { READ_PATHS } from '../support/read-paths.js';
import { useApp } from '../support/use-app.js';

const MIB = 1_048_576;
/** MiB that are more than the system takes for a client that reads nothing. */
const MORE_THAN_SYSTEM = 16;
/** So much as JSON, also when it is compressed. */
const RANDOM = randomBytes(MIB).toString('base64').slice(2, MIB);

/** Nearly 1 MiB that begins with this. */
const large = (beginning: string): string => beginning + RANDOM.slice(beginning.length);

const PATHS = [...READ_PATHS, ['compressed', { push: { perMessageDeflate: true } }] as const];

describe.each(PATHS)('%s:', (_path, options) => {
  const app = useApp(options);

  describe('a client that reads too slowly', () => {
    it('is closed with 4513 when more waits for it than the option allows', async () => {
      await app.start({ push: { maxBufferedBytes: 65_536 } });
      const events = eventsOf(app.push);
      const slow = await app.text('slow');
      slow.pause();
      while (await app.push.isOnline('slow')) {
        await app.push.sendToUid('slow', RANDOM);
        await turn();
      }
      const closed = await events.waitFor(({ type }) => type === 'disconnected');
      expect(closed).toMatchObject({ code: 4513 });
      await events.waitFor(({ type }) => type === 'offline');
    });

    it('gets everything in order when it reads again', async () => {
      await app.start({ push: { maxBufferedBytes: 64 * MIB } });
      const slow = await app.text('slow');
      slow.pause();
      const sent: string[] = [];
      for (let i = 0; i < MORE_THAN_SYSTEM; i++) {
        sent.push(`${i}`, `é${i}`, large(`${i} `), `${i}`.padEnd(5_000, 'y'));
      }
      for (const data of sent) await app.push.sendToUid('slow', data);
      slow.resume();
      // Not toEqual: nobody wants to read the difference.
      for (const data of sent) expect((await slow.next()) === data).toBe(true);
    });

    it('gets what it was sent before a close when it reads again', async () => {
      await app.start({ push: { maxBufferedBytes: 64 * MIB, closeTimeout: 60_000 } });
      const slow = await app.text('slow');
      slow.pause();
      for (let i = 0; i < MORE_THAN_SYSTEM; i++) await app.push.sendToUid('slow', large(`${i}`));
      await app.push.sendToUid('slow', 'last');
      await app.push.disconnect('slow');
      slow.resume();
      expect(await slow.expectClose()).toMatchObject({ code: 4403 });
      expect(slow.takeAll().at(-1)).toBe('last');
    });
  });

  it('a client that recovers more than may wait gets it as fast as it reads', async () => {
    const history = { maxBytes: 64 * MIB };
    await app.start({ push: { history, maxBufferedBytes: 2 * MIB } });
    const position = { epoch: '', offset: 0 };
    for (let i = 0; i < MORE_THAN_SYSTEM; i++) {
      const sent = await app.push.sendToUid('ada', large(`${i}`), { retain: true });
      position.epoch = sent.epoch!;
    }
    const slow = await app.connectJson();
    slow.pause();
    slow.write({ event: 'auth', data: { uid: 'ada', recover: position } });
    const online = await eventsOf(app.push).waitFor(({ type }) => type === 'online');
    expect(online).toMatchObject({ uid: 'ada' });
    await app.push.sendToUid('ada', 'live', { retain: true });
    await app.push.sendToUid('ada', 'plain');
    slow.resume();
    await slow.nextEvent('auth');
    for (let i = 0; i < MORE_THAN_SYSTEM; i++) {
      const [offset, data] = await slow.nextRetained();
      expect(offset).toBe(i + 1);
      expect(data === large(`${i}`)).toBe(true);
    }
    expect(await slow.nextRetained()).toEqual([MORE_THAN_SYSTEM + 1, 'live']);
    expect(await slow.nextData()).toBe('plain');
  });

  it('a client for which nothing waits gets a message that is larger than what may', async () => {
    await app.start({ push: { maxBufferedBytes: 65_536, maxMessageBytes: 16 * MIB } });
    const ada = await app.json('ada');
    const data = RANDOM.repeat(6);
    for (let i = 0; i < 3; i++) {
      await app.push.sendToUid('ada', data);
      expect((await ada.nextData()) === data).toBe(true);
    }
    expect(await ada.settle()).toEqual([]);
  });
});

describe.each(READ_PATHS)('%s: all that waits', (_path, options) => {
  const app = useApp(options);
  const SLOW = Array.from({ length: 5 }, (_, i) => `slow-${i}`);

  /** Clients that read nothing any more. */
  async function connectSlow(): Promise<void> {
    for (const uid of SLOW) (await app.text(uid)).pause();
  }

  it('has a bound over all clients, beyond which those who are furthest behind go', async () => {
    await app.start({
      push: { maxBufferedBytes: 64 * MIB, maxTotalBufferedBytes: 8 * MIB },
    });
    const events = eventsOf(app.push);
    await connectSlow();
    const fast = await app.json('fast');
    // Of the first one twice as much waits as of the others.
    for (let i = 0; i < 2 * MORE_THAN_SYSTEM; i++) {
      for (const uid of i % 2 === 0 ? SLOW : [SLOW[0]]) {
        await app.push.sendToUid(uid, large(`${i} ${uid}`));
      }
      await app.push.sendToUid('fast', i);
      expect(await fast.nextData()).toBe(i);
    }
    const first = await events.waitFor(({ type }) => type === 'disconnected');
    expect(first).toMatchObject({ code: 4513, connection: { uid: SLOW[0] } });
  });

  it('counts once what waits for many, which is in memory once', async () => {
    await app.start({
      push: { maxBufferedBytes: 64 * MIB, maxTotalBufferedBytes: 2 * MORE_THAN_SYSTEM * MIB },
    });
    await connectSlow();
    for (let i = 0; i < MORE_THAN_SYSTEM; i++) await app.push.broadcast(large(`${i}`));
    const before = process.memoryUsage();
    for (let i = 0; i < MORE_THAN_SYSTEM; i++) await app.push.broadcast(large(`${i}`));
    const { arrayBuffers } = process.memoryUsage();
    expect(arrayBuffers - before.arrayBuffers).toBeLessThan(2 * MORE_THAN_SYSTEM * MIB);
    expect(await app.push.countConnections()).toBe(SLOW.length);
  });
});

describe.each(READ_PATHS)('%s: a client that takes nothing of what waits', (_path, options) => {
  const app = useApp(options);

  it('is closed with 4513 after stallTimeout', async () => {
    await app.start({ push: { stallTimeout: 200, maxBufferedBytes: 64 * MIB } });
    const events = eventsOf(app.push);
    const slow = await app.text('slow');
    slow.pause();
    for (let i = 0; i < MORE_THAN_SYSTEM; i++) await app.push.sendToUid('slow', large(`${i}`));
    const closed = await events.waitFor(({ type }) => type === 'disconnected');
    expect(closed).toMatchObject({ code: 4513 });
  });
});
