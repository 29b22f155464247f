/**
 * The limit of Node: sockets of `node:net` and nothing between, which understands just the
 * frames that the load sends (whole, masked text frames with the fields in this order).
 */
import { createServer } from 'node:net';
import { acceptKey, findFrame, serverFrame } from '../../lib/wire/frames.js';
import { nextId } from '../../lib/servers/ids.js';
import { Registry } from './registry.js';
import { serve } from './serve.js';

const AUTH = '{"event":"auth","data":{"uid":"';
const SEND = '{"event":"send","data":{"to":"';
const BROADCAST = '{"event":"broadcast","data":{"data":';

/** @type {Registry<import('node:net').Socket>} */
const registry = new Registry();

/** @param {string} data JSON @param {string} [from] */
const messageFrame = (data, from) =>
  serverFrame(
    `{"event":"message","data":{"id":"${nextId()}",${from ? `"from":"${from}",` : ''}"data":${data}}}`,
  );

/** @param {string} uid @param {string} data @param {string} [from] */
const sendJson = (uid, data, from) => {
  const frame = messageFrame(data, from);
  for (const socket of registry.of(uid)) socket.write(frame);
};

/** @param {string} data @param {string} [from] */
const broadcastJson = (data, from) => {
  const frame = messageFrame(data, from);
  for (const socket of registry.all()) socket.write(frame);
};

/** @param {string} request */
const upgrade = (request) => {
  const key = /sec-websocket-key: (.+)\r\n/i.exec(request)?.[1] ?? '';
  return (
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`
  );
};

const span = { start: 0, length: 0 };

class Client {
  uid = '';
  upgraded = false;
  /** @type {Buffer | undefined} */
  rest;

  /** @param {import('node:net').Socket} socket */
  constructor(socket) {
    this.socket = socket;
  }

  /** @param {Buffer} chunk */
  read(chunk) {
    if (!this.upgraded) {
      this.upgraded = true;
      this.socket.write(upgrade(chunk.toString('latin1')));
      return;
    }
    const data = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    while (findFrame(data, at, data.length, span)) {
      const end = span.start + span.length;
      this.handle(unmasked(data, span.start, end));
      at = end;
    }
    this.rest = at < data.length ? data.subarray(at) : undefined;
  }

  /** @param {string} message */
  handle(message) {
    if (message.startsWith(SEND)) {
      const quote = message.indexOf('"', SEND.length);
      const data = message.slice(quote + '","data":'.length - 1, -2);
      sendJson(message.slice(SEND.length, quote), data, this.uid);
    } else if (message.startsWith(BROADCAST)) {
      broadcastJson(message.slice(BROADCAST.length, -2), this.uid);
    } else if (message.startsWith(AUTH)) {
      this.uid = message.slice(AUTH.length, -3);
      registry.add(this.uid, this.socket);
      const welcome = { event: 'auth', data: { uid: this.uid, connectionId: nextId() } };
      this.socket.write(serverFrame(JSON.stringify(welcome)));
    }
  }
}

/** @param {Buffer} data @param {number} start @param {number} end */
function unmasked(data, start, end) {
  const key = start - 4;
  for (let i = start; i < end; i++) data[i] ^= data[key + ((i - start) & 3)];
  return data.utf8Slice(start, end);
}

const server = createServer({ noDelay: true }, (socket) => {
  const client = new Client(socket);
  socket.on('data', (chunk) => client.read(chunk));
  socket.on('close', () => registry.remove(client.uid, socket));
  socket.on('error', () => {});
});

server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  serve({
    port,
    sendToUid: (uid, data) => sendJson(uid, JSON.stringify(data)),
    broadcast: (data) => broadcastJson(JSON.stringify(data)),
    countConnections: () => registry.count(),
  });
});
