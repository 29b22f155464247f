import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  Authenticator,
  MemoryEngine,
  type Admission,
  type ConnectionLimit,
  type Credential,
  type Engine,
  type Identity,
  type Registration,
} from '../../src/index.js';
import { RedisEngine } from '../../src/engine/redis/index.js';
import type { JsonClient } from '../support/client.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { eventsOf, type EventLog } from '../support/events.js';
import { Gate } from '../support/gate.js';
import { buildFrame, closePayload, Opcode } from '../support/raw-frames.js';
import type { RawSocket } from '../support/raw-socket.js';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';
import { useSharedRedis } from '../support/use-redis.js';

const AUTH = '{"event":"auth","data":{"uid":"ada"}}';
const TOO_LATE = buildFrame({
  payload: '{"event":"send","data":{"to":"bystander","data":"late"}}',
});

/** Holds up whom the test is about, and nobody else. */
let gate: Gate;
const waits = (uid: string): Promise<void> | undefined => (uid === 'ada' ? gate.wait() : undefined);

class SlowAuthenticator extends Authenticator {
  async authenticate(credential: Credential): Promise<Identity> {
    const { uid } = credential as { uid: string };
    await waits(uid);
    return { uid, expiresAt: Date.now() + 60_000 };
  }
}

class SlowRenewal extends Authenticator {
  async authenticate(credential: Credential): Promise<Identity> {
    const { uid, again } = credential as { uid: string; again?: true };
    if (again) await waits(uid);
    return { uid, expiresAt: Date.now() + 60_000 };
  }
}

/** Has placed a connection long before it says so. */
function lateEngine(): Engine {
  const engine = new MemoryEngine();
  const register = engine.register.bind(engine);
  return Object.assign(engine, {
    async register(connection: Registration, limit?: ConnectionLimit): Promise<Admission> {
      const admission = register(connection, limit);
      await waits(connection.uid);
      return admission;
    },
  });
}

/** Takes its time before it places one. */
function hesitantEngine(): Engine {
  const engine = new MemoryEngine();
  const register = engine.register.bind(engine);
  return Object.assign(engine, {
    async register(connection: Registration, limit?: ConnectionLimit): Promise<Admission> {
      await waits(connection.uid);
      return register(connection, limit);
    },
  });
}

const redis = useSharedRedis();
let proxy: CuttableProxy | undefined;
async function redisBehindProxy(): Promise<Engine> {
  proxy = await CuttableProxy.to(redis.port);
  return new RedisEngine({ url: proxy.url, prefix: `p${++prefixes}`, commandTimeout: 20_000 });
}
let prefixes = 0;

interface Stage {
  /** What the application is started with. */
  options(): Promise<{ engine?: Engine; authenticator?: Authenticator }>;
  /** Brings the socket to where something is waited for; answers how that goes on. */
  reach(raw: RawSocket): Promise<() => void>;
}

async function login(raw: RawSocket): Promise<() => void> {
  await raw.sendText(AUTH);
  await gate.reached;
  return () => gate.open();
}

const STAGES: Record<string, Stage> = {
  'the authenticator': {
    options: () => Promise.resolve({ authenticator: new SlowAuthenticator() }),
    reach: login,
  },
  'an engine that has placed it': {
    options: () => Promise.resolve({ engine: lateEngine() }),
    reach: login,
  },
  'an engine that has not placed it': {
    options: () => Promise.resolve({ engine: hesitantEngine() }),
    reach: login,
  },
  'Redis, which is asked for what is sent to the uid': {
    options: async () => ({ engine: await redisBehindProxy() }),
    async reach(raw) {
      const goOn = proxy!.holdAnswer(/subscribe[^]*:uid:ada/);
      await raw.sendText(AUTH);
      return goOn;
    },
  },
  'Redis, which has placed it': {
    options: async () => ({ engine: await redisBehindProxy() }),
    async reach(raw) {
      const goOn = proxy!.holdAnswer(/\+\d+ ada/);
      await raw.sendText(AUTH);
      return goOn;
    },
  },
  'the authenticator, about a renewal': {
    options: () => Promise.resolve({ authenticator: new SlowRenewal() }),
    async reach(raw) {
      await raw.sendText(AUTH);
      await raw.nextText();
      await raw.sendText('{"event":"auth","data":{"uid":"ada","again":true}}');
      await gate.reached;
      return () => gate.open();
    },
  },
};

const app = useApp();
let events: EventLog;

/** Brings the end about; answers when the server has seen of it what it can see by now. */
type End = (raw: RawSocket) => Promise<unknown> | void;

/** Bytes after which the server closes, and a frame after them. */
const bytes =
  (first: Uint8Array): End =>
  async (raw) => {
    await raw.write(Buffer.concat([first, TOO_LATE]));
    await raw.waitForEnd();
  };

const PINGS = Buffer.concat(Array<Buffer>(20).fill(buildFrame({ payload: '{"event":"ping"}' })));

const ENDS: Record<string, End> = {
  'breaks RFC 6455 with an unmasked frame': bytes(buildFrame({ payload: 'x', mask: false })),
  'breaks RFC 6455 with a reserved bit': bytes(buildFrame({ payload: 'x', rsv: 4 })),
  'sends invalid UTF-8': bytes(buildFrame({ payload: Buffer.from([0xc3, 0x28]) })),
  'sends a frame that is too large': bytes(buildFrame({ payload: 'x'.repeat(65_537) })),
  'is cut off for a flood': bytes(PINGS),
  'sends a close frame': bytes(buildFrame({ opcode: Opcode.CLOSE, payload: closePayload(1000) })),
  'resets the TCP connection': (raw) => raw.reset(),
  'is disconnected by the application': () => void app.push.disconnect('ada'),
};

/** How often the uid came and went, of both kinds. */
function balance(): Record<string, number> {
  const count = (type: string): number =>
    events.seen.filter((event) => {
      if (event.type !== type || event.type === 'refused') return false;
      return ('uid' in event ? event.uid : event.connection.uid) === 'ada';
    }).length;
  return {
    connections: count('connected') - count('disconnected'),
    uids: count('online') - count('offline'),
  };
}

beforeEach(() => {
  gate = new Gate();
});
afterEach(() => {
  gate.open();
  proxy?.close();
  proxy = undefined;
});

describe.each(Object.entries(STAGES))('while %s is waited for, a socket that', (_, stage) => {
  let bystander: JsonClient;
  let raw: RawSocket;
  let goOn: () => void;

  beforeEach(async () => {
    const options = { maxPayload: 500, maxPendingBytes: 500, closeTimeout: 100 };
    await app.start({ push: { ...options, ...(await stage.options()) } });
    bystander = await app.json('bystander');
    events = eventsOf(app.push);
    raw = await app.openRaw({ protocols: 'push.v1.json' });
    goOn = await stage.reach(raw);
  });

  it.each(Object.entries(ENDS))('%s never comes to life', async (_name, end) => {
    await end(raw);
    await bystander.settle();
    goOn();
    await raw.waitForEnd();
    expect(await bystander.settledData()).toEqual([]);
    await until('nobody is online', async () => !(await app.push.isOnline('ada')));
    await until('nothing is sent', async () => (await app.push.sendToUid('ada', 1)).nodes === 0);
    expect(await app.push.connectionsOf('ada')).toEqual([]);
    await until('whatever came has gone', () => balance().uids === 0);
    expect(balance()).toEqual({ connections: 0, uids: 0 });
    // None of its frames was handled.
    expect(await bystander.settledData()).toEqual([]);
  });

  it('is closed because the application ends never comes to life', async () => {
    const closing = app.close();
    await raw.waitForEnd();
    goOn();
    await closing;
    expect(balance()).toEqual({ connections: 0, uids: 0 });
  });
});
