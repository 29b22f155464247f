import { describe, expect, it, vi } from 'vitest';
import type { ReceivedMessage } from '../../../src/client/index.js';
import {
  connectedClient,
  pass,
  reconnect,
  soon,
  useFakeTime,
  type FakeSocket,
} from '../../support/fake-network.js';

useFakeTime();

const STREAM = { stream: { epoch: 'e', offset: 0 } };
const RECOVERED = { stream: { epoch: 'e', offset: 9, recovered: true } };

/** Offsets of the acknowledgements that were sent, once those that are due soon are. */
async function acked(socket: FakeSocket): Promise<number[]> {
  await pass(10);
  return socket.sent.splice(0).map(({ event, data }) => {
    expect(event).toBe('ack');
    return (data as { offset: number }).offset;
  });
}

describe('an acknowledgement', () => {
  it('is sent when the listeners have finished, for several messages at once', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    client.on('message', () => undefined);
    socket.receiveRetained(1, 2, 3);
    expect(socket.sent).toEqual([]);
    expect(await acked(socket)).toEqual([3]);
  });

  it('waits for every listener, and for every message before it', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    const finish: (() => void)[] = [];
    client.on('message', () => undefined);
    client.on('message', () => new Promise<void>((resolve) => finish.push(resolve)));
    socket.receiveRetained(1, 2, 3);
    finish[1]();
    finish[2]();
    expect(await acked(socket)).toEqual([]);
    finish[0]();
    expect(await acked(socket)).toEqual([3]);
  });

  it('is sent for a message whose listener has failed', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    client.on('message', () => Promise.reject(new Error('listener')));
    socket.receiveRetained(1);
    expect(await acked(socket)).toEqual([1]);
  });

  it('is not sent for what nobody has seen', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    socket.receiveRetained(1, 2);
    expect(await acked(socket)).toEqual([]);
    client.on('message', () => undefined);
    expect(await acked(socket)).toEqual([2]);
  });

  it('is sent when the reader asks for the next message, or leaves', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    socket.receiveRetained(1, 2, 3);
    const messages = client.messages();
    await messages.next();
    expect(await acked(socket)).toEqual([]);
    await messages.next();
    expect(await acked(socket)).toEqual([1]);
    await messages.return(undefined);
    expect(await acked(socket)).toEqual([2]);
  });

  it('is not sent for messages that are not retained', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    client.on('message', () => undefined);
    socket.receive({ event: 'message', data: { id: 'plain', data: 1 } });
    expect(await acked(socket)).toEqual([]);
  });

  it('is sent again after a reconnect, because it may have been lost', async () => {
    const { client, network, socket } = await connectedClient({}, STREAM);
    client.on('message', () => undefined);
    socket.receiveRetained(1);
    await pass(10);
    const next = await reconnect(network);
    next.welcome(RECOVERED);
    expect(await acked(next)).toEqual([1]);
  });

  it('is not sent to another stream', async () => {
    const { client, network, socket } = await connectedClient({}, STREAM);
    client.on('message', () => undefined);
    socket.receiveRetained(1, 2);
    const next = await reconnect(network);
    next.welcome({ stream: { epoch: 'f', offset: 8, recovered: false, reason: 'epoch' } });
    expect(await acked(next)).toEqual([]);
    next.receiveRetained(9);
    expect(await acked(next)).toEqual([9]);
  });

  it('is sent before the client closes', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    client.on('message', () => undefined);
    socket.receiveRetained(1);
    await soon();
    client.close();
    expect(await acked(socket)).toEqual([1]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not sent any more once messages were dropped, so that they come again', async () => {
    const { client, socket } = await connectedClient({ maxWaiting: 2 }, STREAM);
    socket.receiveRetained(1, 2, 3);
    client.on('message', () => undefined);
    socket.receiveRetained(4);
    expect(await acked(socket)).toEqual([]);
  });

  it('does not let unfinished messages pile up', async () => {
    const { client, socket } = await connectedClient({ maxWaiting: 2 }, STREAM);
    const codes: string[] = [];
    client.on('error', ({ code }) => codes.push(code));
    client.on('message', () => new Promise(() => undefined));
    socket.receiveRetained(1, 2);
    expect(codes).toEqual([]);
    socket.receiveRetained(3, 4);
    expect(codes).toEqual(['OVERFLOW']);
  });
});

describe('an acknowledgement by hand', () => {
  async function manual() {
    const answer = await connectedClient({ acknowledge: 'manual' }, STREAM);
    const messages: ReceivedMessage[] = [];
    answer.client.on('message', (message) => messages.push(message));
    answer.socket.receiveRetained(1, 2, 3);
    return { ...answer, messages };
  }

  it('is sent when the application says so, and resolves with the cursor', async () => {
    const { client, socket, messages } = await manual();
    expect(await acked(socket)).toEqual([]);
    const acking = client.ack(messages[1]);
    const frame = socket.take();
    expect(frame).toMatchObject({ event: 'ack', data: { offset: 2 } });
    socket.receive({ event: 'acked', id: frame.id, data: { offset: 2 } });
    expect(await acking).toBe(2);
  });

  it('rejects when another device was first', async () => {
    const { client, socket, messages } = await manual();
    const acking = client.ack(messages[0]);
    const data = { code: 'CONFLICT', message: 'Too late.' };
    socket.receive({ event: 'error', id: socket.take().id, data });
    await expect(acking).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is repeated after a reconnect in the same stream', async () => {
    const { client, network, socket, messages } = await manual();
    const acking = client.ack(messages[0]);
    expect(await acked(socket)).toEqual([1]);
    const next = await reconnect(network);
    next.welcome(RECOVERED);
    const frame = next.take();
    next.receive({ event: 'acked', id: frame.id, data: { offset: 1 } });
    expect(await acking).toBe(1);
  });

  it('rejects when the stream is no more', async () => {
    const { client, network, socket, messages } = await manual();
    socket.end(1006);
    const acking = client.ack(messages[0]);
    const next = await reconnect(network);
    next.welcome({ stream: { epoch: 'f', offset: 8, recovered: false, reason: 'epoch' } });
    await expect(acking).rejects.toMatchObject({ code: 'STALE' });
    await expect(client.ack(messages[0])).rejects.toMatchObject({ code: 'STALE' });
    expect(next.sent).toEqual([]);
  });

  it('rejects for a message that is not retained', async () => {
    const { client } = await manual();
    await expect(client.ack({ id: 'plain', data: 1 })).rejects.toMatchObject({ code: 'STALE' });
  });
});

describe('a message that another device has settled', () => {
  it('is told, and not given to anyone who has not seen it', async () => {
    const { client, socket } = await connectedClient({}, STREAM);
    const seen: unknown[] = [];
    client.on('settled', (settled) => seen.push(settled));
    socket.receiveRetained(1, 2);
    socket.receive({ event: 'settled', data: { id: 'm1', offset: 1 } });
    client.on('message', ({ id }) => seen.push(id));
    expect(seen).toEqual([{ id: 'm1', offset: 1 }, 'm2']);
    expect(await acked(socket)).toEqual([2]);
  });
});
