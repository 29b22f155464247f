import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIntoSharedMemory, sharedMemory } from '../../../../src/gateway/wire/shared-memory.js';
import { until } from '../../../support/until.js';

let server: Server;
const open: Socket[] = [];

beforeEach(async () => {
  server = createServer({ noDelay: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
  server.close();
});

/** Both ends of a connection. */
async function connected(): Promise<{ client: Socket; socket: Socket }> {
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  open.push(client, socket);
  return { client, socket };
}

/** Has the socket read into the shared memory; answers what it has read so far. */
function reading(socket: Socket): string[] {
  const texts: string[] = [];
  const taken = readIntoSharedMemory(socket, function (count) {
    expect(this).toBe(socket);
    texts.push(sharedMemory.toString('utf8', 0, count));
  });
  expect(taken).toBe(true);
  socket.resume();
  return texts;
}

describe('a socket that reads into the shared memory', () => {
  it('tells its listener of everything that comes, and emits no chunks', async () => {
    const { client, socket } = await connected();
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const texts = reading(socket);
    client.end('hello');
    await once(socket, 'end');
    expect(texts.join('')).toBe('hello');
    expect(chunks).toEqual([]);
  });

  it('shares it with others, each reading what is its own', async () => {
    const names = ['ada', 'bob', 'eve'];
    const ends: { client: Socket; socket: Socket }[] = [];
    for (const _ of names) ends.push(await connected());
    const read = ends.map(({ socket }) => reading(socket));
    for (const [i, { client }] of ends.entries()) client.end(names[i].repeat(1_000));
    await Promise.all(ends.map(({ socket }) => once(socket, 'end')));
    expect(read.map((texts) => texts.join(''))).toEqual(names.map((name) => name.repeat(1_000)));
  });

  it('holds back while it is paused, and goes on when it is resumed', async () => {
    const { client, socket } = await connected();
    const other = await connected();
    const [texts, sinceThen] = [reading(socket), reading(other.socket)];
    client.write('a');
    await until('the first text came', () => texts.length > 0);
    socket.pause();
    client.write('b');
    other.client.write('later');
    await until('what was sent later came', () => sinceThen.length > 0);
    expect(texts).toEqual(['a']);
    socket.resume();
    await until('the second text came', () => texts.length > 1);
    expect(texts).toEqual(['a', 'b']);
  });
});

describe('a socket that cannot', () => {
  it.each<[string, () => Promise<PassThrough | Socket>]>([
    ['is not of node:net', () => Promise.resolve(new PassThrough())],
    ['is encrypted', async () => new TLSSocket((await connected()).socket)],
    [
      'has been closed',
      async () => {
        const { socket } = await connected();
        socket.destroy();
        return socket;
      },
    ],
  ])('stays as it is when it %s', async (_, make) => {
    const socket = await make();
    const before = Object.getOwnPropertySymbols(socket).map((key): unknown =>
      Reflect.get(socket, key),
    );
    expect(readIntoSharedMemory(socket, () => undefined)).toBe(false);
    const after = Object.getOwnPropertySymbols(socket).map((key): unknown =>
      Reflect.get(socket, key),
    );
    expect(after).toEqual(before);
    socket.destroy();
  });
});
