import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PushClient, PushClientError, type ClientState } from '../../../src/client/index.js';
import { connectedClient, fakeClient, pass, reconnect, soon } from '../../support/fake-network.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a client that connects', () => {
  it('offers the json protocol and authenticates with a token', async () => {
    const { client, network } = fakeClient({ auth: () => 'the token', device: 'phone' });
    const connected = client.connect();
    await soon();
    expect(network.socket).toMatchObject({
      url: 'wss://push.example/',
      protocol: 'push.v1.json',
    });
    expect(network.socket.welcome()).toEqual({ token: 'the token', device: 'phone' });
    expect(await connected).toMatchObject({ uid: 'ada', connectionId: '@fake.1' });
    expect(client.state).toMatchObject({ name: 'connected', uid: 'ada' });
  });

  it('sends the members of a credential, and keeps its expiry for itself', async () => {
    const auth = () => Promise.resolve({ session: 's', expiresAt: Date.now() + 60_000 });
    const { client, network } = fakeClient({ auth });
    void client.connect();
    await soon();
    expect(network.socket.welcome()).toEqual({ session: 's' });
    client.close();
  });

  it('opens one connection however often it is asked to', async () => {
    const { client, network } = fakeClient();
    const all = Promise.all([client.connect(), client.connect()]);
    await soon();
    network.socket.welcome();
    await all;
    await client.connect();
    expect(network.sockets).toHaveLength(1);
  });

  it('tells its states', async () => {
    const { client, network } = fakeClient();
    const states: ClientState['name'][] = [client.state.name];
    client.on('state', ({ name }) => states.push(name));
    void client.connect();
    await soon();
    network.socket.welcome();
    (await reconnect(network)).welcome();
    client.close();
    expect(states).toEqual([
      'idle',
      'connecting',
      'connected',
      'waiting',
      'connecting',
      'connected',
      'closed',
    ]);
  });

  it('goes on trying when the server does not answer in time', async () => {
    const { client, network } = fakeClient({ connectTimeout: 500 });
    void client.connect();
    await soon();
    network.socket.open();
    await pass(500);
    expect(network.socket.closedWith).toBe(1000);
    expect(client.state).toMatchObject({ name: 'waiting', code: 1006 });
    await pass(1000);
    expect(network.sockets).toHaveLength(2);
    client.close();
  });

  it('goes on trying when auth() fails, and says so', async () => {
    const cause = new Error('the token service is down');
    const auth = vi.fn().mockRejectedValueOnce(cause).mockReturnValue('token');
    const { client, network } = fakeClient({ auth });
    const errors: PushClientError[] = [];
    client.on('error', (error) => errors.push(error));
    const connected = client.connect();
    await pass(1000);
    network.socket.welcome();
    await connected;
    expect(errors).toMatchObject([{ code: 'AUTH_UNAVAILABLE', cause }]);
  });

  it('closes when no WebSocket can be opened to the address', async () => {
    const webSocket = class {
      constructor() {
        throw new SyntaxError('not an address');
      }
    } as never;
    const { client } = fakeClient({ webSocket });
    await expect(client.connect()).rejects.toMatchObject({
      code: 'CLOSED',
      cause: expect.any(SyntaxError),
    });
    expect(client.state.name).toBe('closed');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says where a WebSocket comes from when there is none', () => {
    vi.stubGlobal('WebSocket', undefined);
    const construct = () => new PushClient('ws://x', { auth: () => 'token' });
    expect(construct).toThrow(/webSocket/);
    vi.unstubAllGlobals();
  });

  it.each([
    ['queue', -1],
    ['maxWaiting', 0],
    ['maxFrameBytes', 1.5],
    ['replyTimeout', NaN],
    ['connectTimeout', 0],
    ['pingInterval', -5],
    ['pingTimeout', Infinity],
    ['minBackoff', 0],
    ['maxBackoff', '1' as never],
    ['renewBefore', 0],
  ])('refuses %s: %s', (option, value) => {
    expect(() => fakeClient({ [option]: value })).toThrow(option);
  });
});

describe('a client that is closed', () => {
  it('leaves nothing behind, whatever it was doing', async () => {
    const { client, network } = fakeClient({ auth: () => ({ uid: 'ada', expiresAt: 9e15 }) });
    void client.connect();
    client.close();
    void client.connect();
    await soon();
    client.close();
    void client.connect();
    await soon();
    network.socket.welcome();
    client.close();
    void client.connect();
    await soon();
    network.socket.welcome();
    network.socket.end(1006);
    client.close();
    await soon();
    expect(vi.getTimerCount()).toBe(0);
    expect(network.sockets.map(({ closedWith }) => closedWith)).toEqual([1000, 1000, 1000]);
  });

  it('rejects connect() and connects again when it is asked to', async () => {
    const { client, network } = fakeClient();
    const first = client.connect();
    client.close();
    await expect(first).rejects.toMatchObject({ code: 'CLOSED' });
    const second = client.connect();
    await soon();
    network.socket.welcome();
    await expect(second).resolves.toMatchObject({ uid: 'ada' });
  });

  it('stays closed when a listener closes it while it is told of something', async () => {
    for (const name of ['connecting', 'waiting', 'connected'] as const) {
      const { client, network } = fakeClient();
      client.on('state', (state) => state.name === name && client.close());
      void client.connect();
      await soon();
      if (name !== 'connecting') network.socket.welcome();
      if (name === 'waiting') network.socket.end(1006);
      await pass(60_000);
      expect(client.state).toEqual({ name: 'closed', code: 1000, reason: '' });
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does so when its signal aborts', async () => {
    const controller = new AbortController();
    const { client } = await connectedClient({ signal: controller.signal });
    controller.abort();
    expect(client.state.name).toBe('closed');
    await expect(client.connect()).rejects.toBe(controller.signal.reason);
  });

  it('does so when the signal of connect() aborts, but not once it is connected', async () => {
    const controller = new AbortController();
    const { client, network } = fakeClient();
    const connecting = client.connect({ signal: controller.signal });
    controller.abort();
    await expect(connecting).rejects.toBe(controller.signal.reason);
    expect(client.state.name).toBe('closed');

    const later = new AbortController();
    const connected = client.connect({ signal: later.signal });
    await soon();
    network.socket.welcome();
    await connected;
    later.abort();
    expect(client.state.name).toBe('connected');
  });
});

describe('a client whose connection breaks', () => {
  it('waits a random time below a bound that doubles up to half a minute', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const { client, network } = await connectedClient();
    const delays: (number | undefined)[] = [];
    client.on('state', (state) => state.name === 'waiting' && delays.push(state.retryIn));
    for (let i = 0; i < 8; i++) await reconnect(network);
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    network.socket.welcome();
    await reconnect(network);
    expect(delays.at(-1)).toBe(500);
  });

  it('asks for a fresh credential each time', async () => {
    let token = 0;
    const { network } = await connectedClient({ auth: () => `token ${++token}` });
    expect((await reconnect(network)).welcome()).toEqual({ token: 'token 2' });
  });

  it.each([1001, 1006, 1011, 1012, 1013, 1014, 4500, 4508, 4513, 4529, 4599])(
    'comes back after %d',
    async (code) => {
      const { client, network } = await connectedClient();
      await reconnect(network, code);
      network.socket.welcome();
      expect(client.state.name).toBe('connected');
      expect(network.sockets).toHaveLength(2);
    },
  );

  it.each([1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 4000, 4403, 4409, 4429, 4499])(
    'does not come back after %d',
    async (code) => {
      const { client, network } = await connectedClient();
      await reconnect(network, code);
      expect(client.state).toMatchObject({ name: 'closed', code, error: { code: 'CLOSED' } });
      expect(network.sockets).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it('tries one fresh credential after a refused one, and says that it is refused', async () => {
    const auth = vi.fn().mockReturnValue('token');
    const { client, network } = fakeClient({ auth });
    const connected = client.connect();
    await soon();
    network.socket.refuse();
    await pass(1000);
    network.socket.refuse();
    await expect(connected).rejects.toMatchObject({ code: 'AUTH_FAILED', message: 'No.' });
    expect(auth.mock.calls).toMatchObject([[{ refused: false }], [{ refused: true }]]);
    expect(client.state).toMatchObject({ name: 'closed', code: 4401 });
  });

  it('comes back with a fresh credential when its identity has expired', async () => {
    const auth = vi.fn().mockReturnValue('token');
    const { client, network, socket } = await connectedClient({ auth });
    socket.receive({ event: 'error', data: { code: 'AUTH_EXPIRED', message: 'Expired.' } });
    (await reconnect(network, 4401)).welcome();
    expect(client.state.name).toBe('connected');
    expect(auth).toHaveBeenLastCalledWith(expect.objectContaining({ refused: true }));
  });

  it('says what the server said last', async () => {
    const { client, network } = fakeClient();
    const connected = client.connect();
    await soon();
    network.socket.refuse('CONNECTION_LIMIT', 4429);
    await expect(connected).rejects.toMatchObject({ code: 'CONNECTION_LIMIT' });
    expect(client.state).toMatchObject({ error: { code: 'CONNECTION_LIMIT' } });
  });

  it('hears nothing more of the old connection', async () => {
    const { client, network, socket } = await connectedClient();
    const messages: unknown[] = [];
    client.on('message', (message) => messages.push(message));
    (await reconnect(network)).welcome();
    socket.receive({ event: 'message', data: { id: 'late', data: 1 } });
    socket.end(4409);
    expect(messages).toEqual([]);
    expect(client.state.name).toBe('connected');
  });

  it('ignores what it cannot read', async () => {
    const { client, socket } = await connectedClient();
    for (const text of ['not json', 'null', '7', '[]', '{}']) socket.receive(text);
    expect(client.state.name).toBe('connected');
  });
});
