import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PushClientError, ReceivedMessage } from '../../../src/client/index.js';
import { connectedClient, reconnect, soon, type FakeSocket } from '../../support/fake-network.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function receive(socket: FakeSocket, ...ids: string[]): void {
  for (const id of ids) socket.receive({ event: 'message', data: { id, data: `of ${id}` } });
}

/** Reads to the end; answers what was read until now. */
function read(messages: AsyncIterable<ReceivedMessage>) {
  const ids: string[] = [];
  const reading = (async () => {
    for await (const { id } of messages) ids.push(id);
  })();
  reading.catch(() => undefined);
  return { ids, reading };
}

describe('a listener for messages', () => {
  it('gets them in order, with who sent them', async () => {
    const { client, socket } = await connectedClient();
    const messages: ReceivedMessage[] = [];
    client.on('message', (message) => messages.push(message));
    receive(socket, 'a');
    socket.receive({ event: 'message', data: { id: 'b', from: 'ben', data: { n: 1 } } });
    expect(messages).toEqual([
      { id: 'a', data: 'of a' },
      { id: 'b', from: 'ben', data: { n: 1 } },
    ]);
  });

  it('is one of several, until it stops or its signal aborts', async () => {
    const { client, socket } = await connectedClient();
    const seen: string[] = [];
    const controller = new AbortController();
    const stop = client.on('message', ({ id }) => seen.push(`first ${id}`));
    client.on('message', ({ id }) => seen.push(`second ${id}`), { signal: controller.signal });
    receive(socket, 'a');
    stop();
    receive(socket, 'b');
    controller.abort();
    client.on('message', ({ id }) => seen.push(`third ${id}`), { signal: controller.signal });
    receive(socket, 'c');
    expect(seen).toEqual(['first a', 'second a', 'second b']);
  });

  it('gets what came while nobody listened', async () => {
    const { client, socket } = await connectedClient();
    receive(socket, 'a', 'b');
    const ids: string[] = [];
    client.on('message', ({ id }) => ids.push(id));
    receive(socket, 'c');
    expect(ids).toEqual(['a', 'b', 'c']);
  });

  it('harms nobody when it fails, and it is told', async () => {
    const { client, socket } = await connectedClient();
    const [ids, errors]: [string[], PushClientError[]] = [[], []];
    const cause = new Error('listener');
    client.on('error', (error) => {
      errors.push(error);
      throw new Error('also this one');
    });
    client.on('message', () => {
      throw cause;
    });
    client.on('message', () => Promise.reject(cause));
    client.on('message', ({ id }) => ids.push(id));
    receive(socket, 'a', 'b');
    await soon();
    expect(ids).toEqual(['a', 'b']);
    expect(errors).toHaveLength(4);
    expect(errors[0]).toMatchObject({ code: 'LISTENER_FAILED', cause });
    expect(client.state.name).toBe('connected');
  });

  it('does not find more than may wait', async () => {
    const { client, socket } = await connectedClient({ maxWaiting: 2 });
    const [ids, codes]: [string[], string[]] = [[], []];
    client.on('error', ({ code }) => codes.push(code));
    receive(socket, 'a', 'b', 'c', 'd');
    client.on('message', ({ id }) => ids.push(id));
    expect(ids).toEqual(['a', 'b']);
    expect(codes).toEqual(['OVERFLOW']);
  });

  it('does not get what came for the user before', async () => {
    const { client, network, socket } = await connectedClient();
    receive(socket, 'for ada');
    const next = await reconnect(network);
    next.welcome({ uid: 'eve' });
    receive(next, 'for eve');
    const ids: string[] = [];
    client.on('message', ({ id }) => ids.push(id));
    expect(ids).toEqual(['for eve']);
  });
});

describe('messages()', () => {
  it('gives one after another, also across a reconnect', async () => {
    const { client, network, socket } = await connectedClient();
    const { ids, reading } = read(client.messages());
    receive(socket, 'a', 'b');
    const next = await reconnect(network);
    next.welcome();
    receive(next, 'c');
    await soon();
    expect(ids).toEqual(['a', 'b', 'c']);
    client.close();
    await reading;
  });

  it('ends when its signal aborts', async () => {
    const { client } = await connectedClient();
    const controller = new AbortController();
    const { reading } = read(client.messages({ signal: controller.signal }));
    await soon();
    controller.abort();
    await reading;
    await read(client.messages({ signal: controller.signal })).reading;
    expect(client.state.name).toBe('connected');
  });

  it('ends with the error that ends the client', async () => {
    const { client, socket } = await connectedClient();
    const { reading } = read(client.messages());
    await soon();
    socket.end(4403);
    await expect(reading).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('leaves what it has not read to the next reader', async () => {
    const { client, socket } = await connectedClient();
    receive(socket, 'a', 'b', 'c');
    for await (const { id } of client.messages()) {
      expect(id).toBe('a');
      break;
    }
    const { ids } = read(client.messages());
    await soon();
    expect(ids).toEqual(['b', 'c']);
    client.close();
  });

  it('ends with an error when it is read too slowly', async () => {
    const { client, socket } = await connectedClient({ maxWaiting: 2 });
    const messages = client.messages();
    const first = messages.next();
    receive(socket, 'a');
    await first;
    receive(socket, 'b', 'c', 'd');
    await expect(messages.next()).rejects.toMatchObject({ code: 'OVERFLOW' });
    expect(await messages.next()).toEqual({ done: true, value: undefined });
  });
});
