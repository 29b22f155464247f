import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectedClient, pass, reconnect, soon } from '../../support/fake-network.js';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A token as identity providers make them, good for a time. */
function jwt(lifetime: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor((Date.now() + lifetime) / 1000);
  return `${part({ alg: 'HS256' })}.${part({ sub: 'ädä', exp })}.signature`;
}

describe('an identity that expires', () => {
  it('is renewed in time, on the same connection, with a fresh credential', async () => {
    let count = 0;
    const auth = () => ({ token: `token ${++count}`, expiresAt: Date.now() + 10 * MINUTE });
    const { network, socket } = await connectedClient({ auth, pingInterval: 1e9 });
    for (const token of ['token 2', 'token 3']) {
      await pass(9.5 * MINUTE - 1);
      expect(socket.sent).toEqual([]);
      await pass(1);
      const renewal = socket.take();
      expect(renewal).toMatchObject({ event: 'auth', data: { token } });
      socket.receive({ event: 'auth', id: renewal.id, data: { uid: 'ada', connectionId: '@f.1' } });
    }
    expect(network.sockets).toHaveLength(1);
  });

  it('is known by the "exp" of a JSON Web Token', async () => {
    const { socket } = await connectedClient({ auth: () => jwt(10_000), renewBefore: 1000 });
    await pass(7999);
    expect(socket.sent).toEqual([]);
    await pass(1001);
    expect(socket.take()).toMatchObject({ event: 'auth', data: { token: expect.any(String) } });
  });

  it.each(['opaque', 'a.b.c', 'a.bnVsbA.c', `a.${btoa('{"exp":"soon"}')}.c`])(
    'is not renewed when its token says no time: %s',
    async (token) => {
      const { socket } = await connectedClient({ auth: () => token, pingInterval: 1e9 });
      await pass(1e8);
      expect(socket.sent).toEqual([]);
    },
  );

  it('is asked for again in half of the time that is left when a renewal fails', async () => {
    const expiresAt = Date.now() + 4 * MINUTE;
    const auth = vi
      .fn()
      .mockReturnValueOnce({ token: 'old', expiresAt })
      .mockRejectedValueOnce(new Error('down'))
      .mockReturnValue({ token: 'new', expiresAt: expiresAt + 4 * MINUTE });
    const { client, socket } = await connectedClient({
      auth,
      renewBefore: MINUTE,
      pingInterval: 1e9,
    });
    const codes: string[] = [];
    client.on('error', ({ code }) => codes.push(code));
    await pass(3 * MINUTE);
    expect(codes).toEqual(['AUTH_UNAVAILABLE']);
    await pass(0.5 * MINUTE);
    const renewal = socket.take();
    expect(renewal.data).toEqual({ token: 'new' });
    socket.receive({
      event: 'error',
      id: renewal.id,
      data: { code: 'AUTH_FAILED', message: 'No.' },
    });
    expect(codes).toEqual(['AUTH_UNAVAILABLE', 'AUTH_FAILED']);
    await pass(0.25 * MINUTE);
    expect(socket.take()).toMatchObject({ event: 'auth', data: { token: 'new' } });
    expect(client.state.name).toBe('connected');
  });

  it('is not renewed when it has expired by the own clock alone', async () => {
    const auth = () => ({ token: 't', expiresAt: Date.now() - MINUTE });
    const { socket } = await connectedClient({ auth, pingInterval: 1e9 });
    await pass(MINUTE);
    expect(socket.sent).toEqual([]);
  });

  it('is not renewed when the connection is gone', async () => {
    let answer: (credential: string) => void = () => undefined;
    const auth = vi
      .fn()
      .mockReturnValueOnce({ token: 'old', expiresAt: Date.now() + MINUTE })
      .mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
      .mockReturnValue('fresh');
    const { client, network, socket } = await connectedClient({ auth });
    await pass(MINUTE / 2);
    expect(auth).toHaveBeenCalledTimes(2);
    const next = await reconnect(network);
    answer('too late');
    await soon();
    expect(socket.sent.filter(({ event }) => event === 'auth')).toEqual([]);
    expect(next.welcome()).toEqual({ token: 'fresh' });
    client.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
