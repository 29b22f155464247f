import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PushClientError } from '../../../src/client/index.js';
import { connectedClient, reconnect, soon, type FakeSocket } from '../../support/fake-network.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

async function ask(socket: FakeSocket, id: string, data: unknown): Promise<unknown> {
  socket.receive({ event: 'request', data: { id, data } });
  await soon();
  return socket.sent.shift()?.data;
}

describe('a request of the server', () => {
  it('is answered by the handler', async () => {
    const { client, socket } = await connectedClient();
    client.onRequest((data) => Promise.resolve({ echo: data }));
    expect(await ask(socket, 'r1', 7)).toEqual({ id: 'r1', data: { echo: 7 } });
    client.onRequest(() => undefined);
    expect(await ask(socket, 'r2', 7)).toEqual({ id: 'r2', data: null });
  });

  it('is refused with what the handler throws as PushClientError', async () => {
    const { client, socket } = await connectedClient();
    client.onRequest(() => {
      throw new PushClientError('BUSY', 'Ask later.');
    });
    expect(await ask(socket, 'r', 1)).toEqual({
      id: 'r',
      error: { code: 'BUSY', message: 'Ask later.' },
    });
  });

  it('is refused without a word of any other error, which the application is told', async () => {
    const { client, socket } = await connectedClient();
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error));
    client.onRequest(() => Promise.reject(new Error('secret')));
    expect(JSON.stringify(await ask(socket, 'r', 1))).toMatch(/^(?!.*secret).*REJECTED/);
    expect(errors).toMatchObject([{ code: 'LISTENER_FAILED', cause: { message: 'secret' } }]);
  });

  it('is refused when nothing answers requests, or not any more', async () => {
    const { client, socket } = await connectedClient();
    expect(await ask(socket, 'r', 1)).toMatchObject({ error: { code: 'REJECTED' } });
    const stop = client.onRequest(() => 1);
    const stopNewer = client.onRequest(() => 2);
    stop();
    expect(await ask(socket, 'r', 1)).toEqual({ id: 'r', data: 2 });
    stopNewer();
    expect(await ask(socket, 'r', 1)).toMatchObject({ error: { code: 'REJECTED' } });
  });

  it.each([
    ['has no JSON form', 1n],
    ['is too large', 'x'.repeat(300)],
  ])('is refused when the answer %s', async (_, answer) => {
    const { client, socket } = await connectedClient({ maxFrameBytes: 200 });
    client.onRequest(() => answer);
    expect(await ask(socket, 'r', 1)).toMatchObject({ error: { code: expect.any(String) } });
  });

  it('is not answered once it is cancelled, which the handler learns', async () => {
    const { client, socket } = await connectedClient();
    const signals: AbortSignal[] = [];
    client.onRequest((_, { signal }) => {
      signals.push(signal);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    const errors: unknown[] = [];
    client.on('error', (error) => errors.push(error));
    await ask(socket, 'r', 1);
    socket.receive({ event: 'cancelled', data: { id: 'other' } });
    expect(signals[0].aborted).toBe(false);
    socket.receive({ event: 'cancelled', data: { id: 'r' } });
    await soon();
    expect(signals[0].aborted).toBe(true);
    expect(socket.sent).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('is over when its connection is: the next one was not asked', async () => {
    const { client, network, socket } = await connectedClient();
    let answer: (value: unknown) => void = () => undefined;
    const signals: AbortSignal[] = [];
    client.onRequest((_, { signal }) => {
      signals.push(signal);
      return new Promise((resolve) => (answer = resolve));
    });
    await ask(socket, 'r', 1);
    const next = await reconnect(network);
    next.welcome();
    expect(signals[0].aborted).toBe(true);
    answer('too late');
    await soon();
    expect(next.sent).toEqual([]);
  });
});
