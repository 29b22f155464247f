import { constants, deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { Authenticator, type Credential, type Identity } from '../../src/index.js';
import { Gate } from '../support/gate.js';
import { buildFrame } from '../support/raw-frames.js';
import type { RawSocket } from '../support/raw-socket.js';
import { READ_PATHS } from '../support/read-paths.js';
import { useApp } from '../support/use-app.js';

let gate: Gate;
beforeEach(() => void (gate = new Gate()));

/** Lets everyone in at once but `ada`. */
class Slow extends Authenticator {
  async authenticate(credential: Credential): Promise<Identity> {
    const { uid } = credential as { uid: string };
    if (uid.startsWith('ada')) await gate.wait();
    return { uid };
  }
}

const frame = (value: object): Buffer => buildFrame({ payload: JSON.stringify(value) });
const auth = (uid: string): Buffer => frame({ event: 'auth', data: { uid } });

/** Each message for itself, and what is short as it is. */
const NO_CONTEXT = 'client_no_context_takeover; server_no_context_takeover';

/** As RFC 7692 has it: without the end of the last block. */
function deflated(text: string): Buffer {
  return deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

/** A client of push.v1.json that has written all of this at once. */
async function burst(app: ReturnType<typeof useApp>, frames: Buffer[]): Promise<RawSocket> {
  const raw = await app.openRaw({ protocols: 'push.v1.json' });
  void raw.write(Buffer.concat(frames)).catch(() => undefined);
  return raw;
}

describe.each(READ_PATHS)('%s:', (_path, options) => {
  const app = useApp({ ...options, push: { ...options.push, authenticator: new Slow() } });

  it('a burst that waits is handled later, all of it and in order', async () => {
    const COUNT = 5_000;
    const receiver = await app.json('bob');
    const sends = Array.from({ length: COUNT }, (_, i) =>
      frame({ event: 'send', data: { to: 'bob', data: i } }),
    );
    const raw = await burst(app, [auth('ada'), ...sends, frame({ event: 'ping' })]);
    await gate.reached;
    gate.open();
    for (let i = 0; i < COUNT; i++) expect(await receiver.nextData()).toBe(i);
    expect(await raw.nextText()).toContain('auth');
    expect(await raw.nextText()).toContain('pong');
  });

  it('a client that sends nothing of the protocol is closed with 4400', async () => {
    await app.start({ push: { maxBadFrames: 8 } });
    const bad = Array<Buffer>(8).fill(buildFrame({ payload: '' }));
    const ping = frame({ event: 'ping' });
    const raw = await burst(app, [auth('bob'), ...bad, ping, ...bad, ...bad, ping]);
    expect(await raw.waitForCloseFrame()).toEqual({ code: 4400, reason: 'BAD_FRAME' });
    const events = raw.received.slice(0, -1).map(({ text }) => JSON.parse(text) as object);
    expect(events).toHaveLength(1 + 8 + 1 + 9);
    expect(await app.push.isOnline('bob')).toBe(false);
  });

  it('a flood of one client leaves the others their turn', async () => {
    await app.start({ push: { maxFramesPerTurn: 4 } });
    const [flooding, other] = [await app.raw('bob'), await app.raw('cat')];
    const ping = frame({ event: 'ping' });
    const COUNT = 2_000;
    void flooding.write(Buffer.concat(Array<Buffer>(COUNT).fill(ping)));
    await other.write(ping);
    expect(await other.nextText()).toContain('pong');
    expect(flooding.received.length).toBeLessThan(COUNT);
    for (let i = 0; i < COUNT; i++) await flooding.nextText();
  });
});

describe('what waits is bounded', () => {
  const app = useApp({ push: { authenticator: new Slow() } });
  /** 40,000 bytes of a client that is not in yet. */
  const waiting = (uid: string): Promise<RawSocket> =>
    burst(app, [auth(uid), frame({ event: 'ping', data: 'x'.repeat(40_000) })]);

  it('for all together that are not in yet', async () => {
    await app.start({ push: { maxStrangerBytes: 100_000 } });
    const bystander = await app.json('bob');
    const strangers = [await waiting('ada1'), await waiting('ada2')];
    await bystander.settle();
    const third = await waiting('ada3');
    expect(await third.nextText()).toContain('RATE_LIMITED');
    expect(await third.waitForCloseFrame()).toMatchObject({ code: 4529 });
    gate.open();
    for (const raw of strangers) {
      expect(await raw.nextText()).toContain('auth');
      expect(await raw.nextText()).toContain('pong');
    }
    // What was theirs is free again.
    gate = new Gate();
    const later = [await waiting('ada4'), await waiting('ada5')];
    await bystander.settle();
    gate.open();
    for (const raw of later) expect(await raw.nextText()).toContain('auth');
  });

  it('for frames that have begun, too', async () => {
    await app.start({ push: { maxStrangerBytes: 50_000 } });
    const half = frame({ event: 'auth', data: 'x'.repeat(60_000) }).subarray(0, 30_000);
    const bystander = await app.json('bob');
    const first = await burst(app, [half]);
    await bystander.settle();
    const second = await burst(app, [half]);
    expect(await second.waitForCloseFrame()).toMatchObject({ code: 4529 });
    first.destroy();
    await bystander.settle();
    const third = await burst(app, [half]);
    await bystander.settle();
    expect(third.received).toEqual([]);
  });

  it('by one frame, however large, and what one read brings', async () => {
    await app.start({ push: { maxPayload: 3_000_000 } });
    const large = frame({ event: 'ping', data: 'x'.repeat(2_900_000) });
    const raw = await burst(app, [auth('ada'), large, large, frame({ event: 'ping', id: 'last' })]);
    await gate.reached;
    gate.open();
    for (const expected of ['auth', 'pong', 'pong', 'last']) {
      expect(await raw.nextText()).toContain(expected);
    }
  });
});

describe('compressed frames', () => {
  const app = useApp({ push: { authenticator: new Slow(), perMessageDeflate: true } });
  const COUNT = 100;
  /** A client of which six million bytes come in one read, before it is let in. */
  const burstOfSixMillion = async (): Promise<RawSocket> => {
    const raw = await app.openRaw({
      protocols: 'push.v1.json',
      headers: { 'Sec-WebSocket-Extensions': `permessage-deflate; ${NO_CONTEXT}` },
    });
    const pings = Array.from({ length: COUNT }, (_, id) => {
      const ping = JSON.stringify({ event: 'ping', id, data: 'x'.repeat(60_000) });
      return buildFrame({ payload: deflated(ping), rsv: 4 });
    });
    expect(pings[0].length).toBeLessThan(200);
    await raw.write(Buffer.concat([auth('ada'), ...pings]));
    return raw;
  };

  it('are inflated when it is their turn, however much they hold', async () => {
    const raw = await burstOfSixMillion();
    await gate.reached;
    gate.open();
    expect(await raw.nextText()).toContain('auth');
    for (let id = 0; id < COUNT; id++) {
      expect(JSON.parse(await raw.nextText())).toMatchObject({ event: 'pong', id });
    }
  });

  it('are forgotten when the socket closes meanwhile', async () => {
    await app.start({ push: { closeTimeout: 100 } });
    const raw = await burstOfSixMillion();
    await gate.reached;
    const closed = app.close();
    await raw.waitForEnd();
    gate.open();
    await closed;
    expect(raw.received.filter(({ text }) => text?.includes('pong'))).toEqual([]);
  });

  it('are inflated at once where only the public API of ws is used, and bounded then', async () => {
    await app.start({ push: { direct: false } });
    const raw = await burstOfSixMillion();
    expect(await raw.nextText()).toContain('RATE_LIMITED');
    expect(await raw.waitForCloseFrame()).toMatchObject({ code: 4529 });
  });
});
