import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectedClient, fakeClient, pass, reconnect, soon } from '../../support/fake-network.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const SENT = { id: 'm-1', nodes: 1 };

describe('a frame that is sent', () => {
  it('resolves with the data of its answer', async () => {
    const { client, socket } = await connectedClient();
    const sending = client.send('ben', { text: 'hi' });
    const frame = socket.take();
    expect(frame).toEqual({ event: 'send', data: { to: 'ben', data: { text: 'hi' } }, id: 1 });
    socket.receive({ event: 'sent', id: frame.id, data: SENT });
    expect(await sending).toEqual(SENT);
  });

  it('is a broadcast, or an event of the application with any reply', async () => {
    const { client, socket } = await connectedClient();
    const [sending, emitting] = [client.broadcast('hi'), client.emit('cart:add', { article: 7 })];
    expect(socket.take()).toEqual({ event: 'broadcast', data: { data: 'hi' }, id: 1 });
    expect(socket.take()).toEqual({ event: 'cart:add', data: { article: 7 }, id: 2 });
    socket.receive({ event: 'cart', id: 2, data: { items: 3 } });
    socket.receive({ event: 'sent', id: 1, data: SENT });
    expect(await emitting).toEqual({ items: 3 });
    expect(await sending).toEqual(SENT);
  });

  it('rejects with the refusal of the server', async () => {
    const { client, socket } = await connectedClient();
    const details = [{ field: 'to', errors: ['to must be …'] }];
    const sending = client.send([], 1);
    const data = { code: 'VALIDATION_FAILED', message: 'Mend it.', details };
    socket.receive({ event: 'error', id: socket.take().id, data });
    await expect(sending).rejects.toMatchObject({ name: 'PushClientError', ...data });
  });

  it('rejects when no answer comes in time, and ignores a late one', async () => {
    const { client, socket } = await connectedClient({ replyTimeout: 100 });
    const events: unknown[] = [];
    client.on('event', (event) => events.push(event));
    const emitting = client.emit('silent');
    await pass(100);
    await expect(emitting).rejects.toMatchObject({ code: 'TIMEOUT' });
    socket.receive({ event: 'late', id: 1, data: 1 });
    expect(events).toEqual([{ event: 'late', data: 1 }]);
  });

  it('waits for no answer when it is told so', async () => {
    const { client, socket } = await connectedClient();
    expect(await client.emit('typing', 1, { reply: false })).toBeUndefined();
    expect(socket.take()).toEqual({ event: 'typing', data: 1 });
    expect(vi.getTimerCount()).toBe(1);
    client.close();
  });

  it('rejects when its signal aborts', async () => {
    const { client, socket } = await connectedClient();
    const controller = new AbortController();
    const sending = client.send('ben', 1, { signal: controller.signal });
    controller.abort();
    await expect(sending).rejects.toBe(controller.signal.reason);
    await expect(client.send('ben', 2, { signal: controller.signal })).rejects.toThrow();
    expect(socket.sent).toHaveLength(1);
  });

  it('is refused when it is larger than the server takes, and the connection stays', async () => {
    const { client, socket } = await connectedClient({ maxFrameBytes: 200 });
    const sending = client.send('ben', 'é'.repeat(90));
    await expect(sending).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    void client.send('ben', 'x'.repeat(100));
    expect(socket.sent).toHaveLength(1);
    client.close();
  });

  it('is refused when it has no JSON form', async () => {
    const { client } = await connectedClient();
    await expect(client.send('ben', 1n)).rejects.toBeInstanceOf(TypeError);
  });
});

describe('while there is no connection', () => {
  it('frames wait in the order of their calls', async () => {
    const { client, network, socket } = await connectedClient();
    socket.end(1006);
    const sending = [client.send('ben', 1), client.emit('own', 2), client.broadcast(3)];
    const next = await reconnect(network);
    next.welcome();
    expect(next.sent.map(({ event }) => event)).toEqual(['send', 'own', 'broadcast']);
    for (const { id } of next.sent) next.receive({ event: 'sent', id, data: id });
    expect(await Promise.all(sending)).toEqual([1, 2, 3]);
  });

  it('frames wait also before the first connection', async () => {
    const { client, network } = fakeClient();
    void client.send('ben', 1);
    void client.connect();
    await soon();
    network.socket.welcome();
    expect(network.socket.take()).toMatchObject({ event: 'send' });
    client.close();
  });

  it('as many wait as may, and the next is refused', async () => {
    const { client } = fakeClient({ queue: 2 });
    void client.send('ben', 1);
    void client.send('ben', 2);
    await expect(client.send('ben', 3)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  });

  it('none waits when none may', async () => {
    const { client, network, socket } = await connectedClient({ queue: 0 });
    socket.end(1006);
    await expect(client.send('ben', 1)).rejects.toMatchObject({ code: 'OFFLINE' });
    (await reconnect(network)).welcome();
    void client.send('ben', 2);
    expect(network.socket.take()).toMatchObject({ data: { data: 2 } });
    client.close();
  });

  it('a frame whose signal aborts is never sent', async () => {
    const { client, network, socket } = await connectedClient();
    socket.end(1006);
    const controller = new AbortController();
    const sending = client.send('ben', 1, { signal: controller.signal });
    controller.abort();
    await expect(sending).rejects.toThrow();
    const next = await reconnect(network);
    next.welcome();
    expect(next.sent).toEqual([]);
  });

  it('waits for an answer only from when the frame is sent', async () => {
    const { client, network, socket } = await connectedClient({ replyTimeout: 100 });
    socket.end(1006);
    const sending = client.send('ben', 1);
    await pass(10_000);
    const next = network.socket;
    next.welcome();
    next.receive({ event: 'sent', id: next.take().id, data: SENT });
    expect(await sending).toEqual(SENT);
  });
});

describe('when the connection breaks before the answer', () => {
  it('the outcome is unknown, and the frame is not sent again', async () => {
    const { client, network, socket } = await connectedClient();
    const sending = client.send('ben', 1);
    socket.end(1006);
    await expect(sending).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    const next = await reconnect(network);
    next.welcome();
    expect(next.sent).toEqual([]);
  });

  it('a frame that may be repeated is, before those that came later', async () => {
    const { client, network, socket } = await connectedClient();
    const reading = client.emit('read', 1, { repeatable: true });
    socket.end(1006);
    void client.emit('later', 2);
    const next = await reconnect(network);
    next.welcome();
    expect(next.sent.map(({ event }) => event)).toEqual(['read', 'later']);
    next.receive({ event: 'read', id: next.take().id, data: 'once' });
    expect(await reading).toBe('once');
    client.close();
  });
});

describe('when the client is closed', () => {
  it('what was sent has an unknown outcome, and what waits was not sent', async () => {
    const { client, socket } = await connectedClient();
    const sent = client.send('ben', 1);
    client.close();
    await expect(sent).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await expect(client.send('ben', 2)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(socket.closedWith).toBe(1000);

    void client.connect();
    const waiting = client.send('ben', 3);
    client.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('what waits tells why the server closed it', async () => {
    const { client, socket } = await connectedClient();
    const reading = client.emit('read', 1, { repeatable: true });
    socket.end(4403);
    await expect(reading).rejects.toMatchObject({ code: 'CLOSED' });
    expect(client.state).toMatchObject({ code: 4403 });
  });
});

it('does not send for another user what waited for the one before', async () => {
  const { client, network, socket } = await connectedClient();
  socket.end(1006);
  const sending = client.send('ben', 'from ada');
  const next = await reconnect(network);
  next.welcome({ uid: 'eve' });
  await expect(sending).rejects.toMatchObject({ code: 'CLOSED' });
  expect(next.sent).toEqual([]);
  void client.send('ben', 'from eve');
  expect(next.sent).toHaveLength(1);
  client.close();
});

describe('what the application sends', () => {
  it('comes as an event when nobody waits for it', async () => {
    const { client, socket } = await connectedClient();
    const events: unknown[] = [];
    const stop = client.on('event', (event) => events.push(event));
    socket.receive({ event: 'price', data: { cents: 5 } });
    stop();
    socket.receive({ event: 'price', data: { cents: 6 } });
    expect(events).toEqual([{ event: 'price', data: { cents: 5 } }]);
  });

  it('comes as an error when it is one', async () => {
    const { client, socket } = await connectedClient();
    const codes: string[] = [];
    client.on('error', ({ code }) => codes.push(code));
    socket.receive({ event: 'error', data: { code: 'BAD_FRAME', message: 'No.' } });
    expect(codes).toEqual(['BAD_FRAME']);
  });
});
