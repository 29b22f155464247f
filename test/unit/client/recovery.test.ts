import { describe, expect, it } from 'vitest';
import type { PositionStorage, Recovery } from '../../../src/client/index.js';
import {
  connectedClient,
  fakeClient,
  pass,
  reconnect,
  soon,
  useFakeTime,
} from '../../support/fake-network.js';

useFakeTime();

const at = (epoch: string, offset: number) => ({ stream: { epoch, offset } });
const recovered = (epoch: string, offset: number) => ({
  stream: { epoch, offset, recovered: true },
});
const lost = (epoch: string, offset: number, reason: string) => ({
  stream: { epoch, offset, recovered: false, reason },
});

function listen(client: { on: (...args: never[]) => unknown }) {
  const offsets: unknown[] = [];
  const recoveries: Recovery[] = [];
  const on = client.on.bind(client) as unknown as (
    name: string,
    listener: (value: never) => unknown,
  ) => void;
  on('message', ({ data }: { data: unknown }) => offsets.push(data));
  on('recovered', (recovery: Recovery) => recoveries.push(recovery));
  return { offsets, recoveries };
}

/** A storage as browsers have it, or as React Native has it. */
function newStorage({ isAsync = false } = {}) {
  const kept = new Map<string, string>();
  const answer = <T>(value: T): T | Promise<T> => (isAsync ? Promise.resolve(value) : value);
  const storage: PositionStorage = {
    getItem: (key) => answer(kept.get(key) ?? null),
    setItem: (key, value) => answer(void kept.set(key, value)),
  };
  return { kept, storage };
}

describe('a client that comes back', () => {
  it('asks for what it missed since its last message, and tells of it', async () => {
    const { client, network, socket } = await connectedClient({}, at('e', 5));
    const { offsets, recoveries } = listen(client);
    socket.receiveRetained(6, 7);
    const next = await reconnect(network);
    expect(next.welcome(recovered('e', 9))).toEqual({
      uid: 'ada',
      recover: { epoch: 'e', offset: 7 },
    });
    next.receiveRetained(8, 9, 10);
    expect(offsets).toEqual([6, 7, 8, 9, 10]);
    expect(recoveries).toEqual([{ recovered: true }]);
  });

  it('asks from the top of the stream when no message came', async () => {
    const { network } = await connectedClient({}, at('e', 5));
    const offered = (await reconnect(network)).welcome(recovered('e', 5));
    expect(offered).toMatchObject({ recover: { epoch: 'e', offset: 5 } });
  });

  it('drops duplicates', async () => {
    const { client, network, socket } = await connectedClient({}, at('e', 0));
    const { offsets } = listen(client);
    socket.receiveRetained(1, 2, 2);
    const next = await reconnect(network);
    next.welcome(recovered('e', 3));
    next.receiveRetained(1, 2, 3, 3);
    expect(offsets).toEqual([1, 2, 3]);
  });

  it.each(['epoch', 'trimmed', 'too-many'])(
    'tells that messages are gone, and goes on from the new top: %s',
    async (reason) => {
      const { client, network, socket } = await connectedClient({}, at('e', 50));
      const { offsets, recoveries } = listen(client);
      socket.receiveRetained(51);
      const next = await reconnect(network);
      next.welcome(lost('f', 2, reason));
      next.receiveRetained(3);
      expect(offsets).toEqual([51, 3]);
      expect(recoveries).toEqual([{ recovered: false, reason }]);
      expect((await reconnect(network)).welcome(recovered('f', 3))).toMatchObject({
        recover: { epoch: 'f', offset: 3 },
      });
    },
  );

  it('takes over the stream with which the server goes on after a loss, and tells that', async () => {
    const { client, network, socket } = await connectedClient({}, at('e', 0));
    const { offsets, recoveries } = listen(client);
    const { stream } = lost('f', 0, 'epoch');
    socket.receive({ event: 'epoch', data: stream });
    socket.receiveRetained(1);
    // Of the stream that it knows: another connection's news.
    socket.receive({ event: 'epoch', data: stream });
    socket.receiveRetained(1, 2);
    expect(offsets).toEqual([1, 2]);
    expect(recoveries).toEqual([{ recovered: false, reason: 'epoch' }]);
    expect((await reconnect(network)).welcome(recovered('f', 2))).toMatchObject({
      recover: { epoch: 'f', offset: 2 },
    });
  });

  it('asks for nothing where there is no history', async () => {
    const { client, network } = await connectedClient();
    const { recoveries } = listen(client);
    expect((await reconnect(network)).welcome()).toEqual({ uid: 'ada' });
    expect(recoveries).toEqual([]);
  });

  it('lets messages pass that are not retained, between those that are', async () => {
    const { client, socket } = await connectedClient({}, at('e', 0));
    const { offsets } = listen(client);
    socket.receiveRetained(1);
    socket.receive({ event: 'message', data: { id: 'plain', data: 'plain' } });
    socket.receiveRetained(2);
    expect(offsets).toEqual([1, 'plain', 2]);
  });
});

describe('a client that wants what its device has not acknowledged', () => {
  it('asks for it until it has a position', async () => {
    const { client, network, socket } = await connectedClient({ unread: true }, recovered('e', 9));
    const { offsets } = listen(client);
    const second = await reconnect(network);
    expect(second.welcome(recovered('e', 9))).toMatchObject({ recover: 'unread' });
    second.receiveRetained(4, 9);
    const third = await reconnect(network);
    expect(third.welcome(recovered('e', 9))).toMatchObject({ recover: { epoch: 'e', offset: 9 } });
    expect(offsets).toEqual([4, 9]);
    expect(socket.sent).toEqual([]);
  });
});

describe.each([{ isAsync: false }, { isAsync: true }])('a storage ($isAsync)', (kind) => {
  it('keeps the position for the next process', async () => {
    const { kept, storage } = newStorage(kind);
    const { client, socket } = await connectedClient({ storage, device: 'tab' }, at('e', 5));
    listen(client);
    socket.receiveRetained(6, 7);
    await pass(50);
    client.close();
    expect([...kept]).toEqual([['push:wss://push.example/:tab', '{"epoch":"e","offset":7}']]);
    const { network } = fakeClientConnecting({ storage, device: 'tab' });
    await soon();
    expect(network.socket.welcome()).toMatchObject({ recover: { epoch: 'e', offset: 7 } });
  });

  it('keeps it under a name of the application', async () => {
    const { kept, storage } = newStorage(kind);
    await connectedClient({ storage, storageKey: 'mine' }, at('e', 5));
    await soon();
    expect([...kept.keys()]).toEqual(['mine']);
  });

  it('keeps only what is handled', async () => {
    const { kept, storage } = newStorage(kind);
    const { client, socket } = await connectedClient({ storage }, at('e', 5));
    let finish: () => void = () => undefined;
    client.on('message', ({ data }) => data === 7 && new Promise<void>((done) => (finish = done)));
    socket.receiveRetained(6, 7, 8);
    await pass(50);
    expect([...kept.values()]).toEqual(['{"epoch":"e","offset":6}']);
    finish();
    await pass(50);
    expect([...kept.values()]).toEqual(['{"epoch":"e","offset":8}']);
  });
});

describe('a storage that fails', () => {
  it('is told, and the client does without', async () => {
    const storage: PositionStorage = {
      getItem: () => Promise.reject(new Error('read')),
      setItem: () => {
        throw new Error('write');
      },
    };
    const { client, network } = fakeClientConnecting({ storage });
    const causes: unknown[] = [];
    client.on('error', ({ code, cause }) => causes.push(code, (cause as Error).message));
    await soon();
    expect(network.socket.welcome(at('e', 1))).toEqual({ uid: 'ada' });
    await soon();
    expect(causes).toEqual(['STORAGE_FAILED', 'read', 'STORAGE_FAILED', 'write']);
  });

  it.each(['', 'not json', '7', 'null', '{}', '[]', '{"epoch":7,"offset":1}', '{"epoch":"e"}'])(
    'holds no position: %j',
    async (text) => {
      const storage: PositionStorage = { getItem: () => text, setItem: () => undefined };
      const { network } = fakeClientConnecting({ storage });
      await soon();
      expect(network.socket.welcome()).toEqual({ uid: 'ada' });
    },
  );
});

function fakeClientConnecting(options: Parameters<typeof fakeClient>[0]) {
  const { client, network } = fakeClient(options);
  void client.connect();
  return { client, network };
}
