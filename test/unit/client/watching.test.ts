import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Presence, PushClientError } from '../../../src/client/index.js';
import { connectedClient, pass, soon, type FakeSocket } from '../../support/fake-network.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
});

const here = (uid: string, seq: number): Presence => ({ uid, online: true, seq });
const away = (uid: string, seq: number): Presence => ({ uid, online: false, seq });

/** Takes the `watch` frame and answers it. */
function answer(socket: FakeSocket, ...presence: Presence[]): void {
  const { id } = socket.take();
  socket.receive({ event: 'watched', id, data: { presence } });
}

function tell(socket: FakeSocket, data: Presence): void {
  socket.receive({ event: 'presence', data });
}

/** What a listener was told. */
function list() {
  const told: string[] = [];
  const listener = ({ uid, online }: Presence): void => {
    told.push(`${online ? '+' : '-'}${uid}`);
  };
  return { told, listener };
}

describe('watching', () => {
  it('tells how each uid stands, and then each change, and knows it all', async () => {
    const { client, socket } = await connectedClient();
    const { told, listener } = list();
    const { states } = client.watch(['ann', 'ben', 'ann'], listener);
    expect([...states]).toEqual([
      ['ann', undefined],
      ['ben', undefined],
    ]);
    expect(socket.sent[0]).toMatchObject({ event: 'watch' });
    answer(socket, here('ann', 1));
    tell(socket, away('ben', 2));
    tell(socket, away('ann', 3));
    tell(socket, here('eve', 4));
    expect(told).toEqual(['+ann', '-ben', '-ann']);
    expect([...states.values()]).toEqual([away('ann', 3), away('ben', 2)]);
  });

  it('ignores what comes late, and tells nothing twice', async () => {
    const { client, socket } = await connectedClient();
    const { told, listener } = list();
    client.watch(['ann'], listener);
    tell(socket, away('ann', 5));
    answer(socket, here('ann', 4));
    tell(socket, away('ann', 6));
    tell(socket, here('ann', 7));
    expect(told).toEqual(['-ann', '+ann']);
  });

  it('asks again on the next connection, and tells what is different there', async () => {
    const { client, network, socket } = await connectedClient();
    const { told, listener } = list();
    client.watch(['ann', 'ben'], listener);
    answer(socket, here('ann', 8), here('ben', 9));
    socket.end(1006);
    await pass(1000);
    const next = network.socket;
    next.welcome();
    expect(next.sent[0]).toMatchObject({ event: 'watch', data: { uids: ['ann', 'ben'] } });
    // The server may have lost its data: numbers of the former connection mean nothing here.
    answer(next, away('ann', 1), here('ben', 2));
    expect(told).toEqual(['+ann', '+ben', '-ann']);
  });

  it('that begins without a connection is asked for when there is one', async () => {
    const { client, network, socket } = await connectedClient();
    socket.end(1006);
    const { told, listener } = list();
    client.watch(['ann'], listener);
    const stopped = client.watch(['ben'], listener);
    stopped.stop();
    await pass(1000);
    network.socket.welcome();
    expect(network.socket.sent).toHaveLength(1);
    answer(network.socket, here('ann', 1));
    expect(told).toEqual(['+ann']);
  });

  it('of the same uid by several is told to each, and ends with the last', async () => {
    const { client, socket } = await connectedClient();
    const [one, other] = [list(), list()];
    const first = client.watch(['ann', 'ben'], one.listener);
    answer(socket, here('ann', 1), away('ben', 1));
    const second = client.watch(['ann'], other.listener);
    answer(socket, here('ann', 1));
    expect(one.told).toEqual(['+ann', '-ben']);
    expect(other.told).toEqual(['+ann']);
    first.stop();
    expect(socket.take()).toEqual({ event: 'unwatch', data: { uids: ['ben'] } });
    tell(socket, away('ann', 2));
    tell(socket, here('ben', 2));
    expect(one.told).toHaveLength(2);
    expect(other.told).toEqual(['+ann', '-ann']);
    second.stop();
    second.stop();
    expect(socket.take()).toEqual({ event: 'unwatch', data: { uids: ['ann'] } });
    expect(socket.sent).toEqual([]);
  });

  it('stops when its signal aborts, or never begins', async () => {
    const { client, socket } = await connectedClient();
    const controller = new AbortController();
    const { told, listener } = list();
    client.watch(['ann'], listener, { signal: controller.signal });
    answer(socket);
    controller.abort();
    expect(socket.take()).toMatchObject({ event: 'unwatch', data: { uids: ['ann'] } });
    tell(socket, here('ann', 1));
    client.watch(['ann'], listener, { signal: AbortSignal.abort() });
    answer(socket, here('ann', 1));
    expect(told).toEqual([]);
  });

  it('that is refused is told as an error, and harms nobody else', async () => {
    const { client, socket } = await connectedClient();
    const errors: PushClientError[] = [];
    client.on('error', (error) => errors.push(error));
    const { told, listener } = list();
    client.watch(['ann'], listener);
    answer(socket, here('ann', 1));
    client.watch(['eve'], listener);
    const { id } = socket.take();
    const data = { code: 'FORBIDDEN', message: 'No.' };
    socket.receive({ event: 'error', id, data });
    tell(socket, away('ann', 2));
    expect(told).toEqual(['+ann', '-ann']);
    expect(errors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    socket.end(4403);
    expect(client.state).toMatchObject({ name: 'closed', error: { code: 'CLOSED' } });
  });

  it('survives a listener that fails, which is told', async () => {
    const { client, socket } = await connectedClient();
    const codes: string[] = [];
    client.on('error', ({ code }) => codes.push(code));
    const { told, listener } = list();
    client.watch(['ann'], () => {
      throw new Error('mine');
    });
    client.watch(['ann'], listener);
    tell(socket, here('ann', 1));
    await soon();
    expect(codes).toEqual(['LISTENER_FAILED']);
    expect(told).toEqual(['+ann']);
  });

  it('of more than fits into a frame throws, and leaves nothing', async () => {
    const { client, network, socket } = await connectedClient({ maxFrameBytes: 200 });
    const uids = Array.from({ length: 40 }, (_, i) => `user-${i}`);
    expect(() => client.watch(uids, () => undefined)).toThrow('Send less at once.');
    socket.end(1006);
    await pass(1000);
    network.socket.welcome();
    expect(network.socket.sent).toEqual([]);
  });

  it('goes on after the client was closed and connects anew', async () => {
    const { client, network, socket } = await connectedClient();
    const { told, listener } = list();
    client.watch(['ann'], listener);
    answer(socket, here('ann', 1));
    client.close();
    void client.connect();
    await soon();
    network.socket.welcome();
    answer(network.socket, away('ann', 2));
    expect(told).toEqual(['+ann', '-ann']);
  });
});
