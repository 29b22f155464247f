/**
 * What one writes with bare `ws`: a map of uid to sockets, no validation. `--codec=text` speaks
 * the text protocol.
 */
import { WebSocketServer } from 'ws';
import { nextId } from '../../lib/servers/ids.js';
import { Registry } from './registry.js';
import { serve } from './serve.js';

const text = process.argv.includes('--codec=text');

/** @type {Registry<import('ws').WebSocket>} */
const registry = new Registry();

/** @param {unknown} data @param {string} [from] */
const messageFrame = (data, from) =>
  text
    ? typeof data === 'string'
      ? data
      : JSON.stringify(data)
    : JSON.stringify({ event: 'message', data: { id: nextId(), from, data } });

/** @param {string} uid @param {unknown} data @param {string} [from] */
const sendToUid = (uid, data, from) => {
  const frame = messageFrame(data, from);
  for (const socket of registry.of(uid)) socket.send(frame);
};

/** @param {unknown} data @param {string} [from] */
const broadcast = (data, from) => {
  const frame = messageFrame(data, from);
  for (const socket of registry.all()) socket.send(frame);
};

/** @param {string} message */
const textRequest = (message) => {
  const colon = message.indexOf(':');
  const to = message.slice(0, colon);
  const data = message.slice(colon + 1);
  return to === 'all'
    ? { event: 'broadcast', data: { data } }
    : { event: 'send', data: { to, data } };
};

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 65_536 });

server.on('connection', (socket) => {
  /** @type {string | undefined} */
  let uid;
  socket.on('message', (bytes) => {
    const message = bytes.toString();
    if (uid === undefined) {
      const credential = text ? message : String(JSON.parse(message).data.uid);
      uid = credential;
      registry.add(credential, socket);
      const welcome = { event: 'auth', data: { uid, connectionId: nextId() } };
      socket.send(text ? `Connexion réussie, votre uid est ${uid}` : JSON.stringify(welcome));
      return;
    }
    const { event, data } = text ? textRequest(message) : JSON.parse(message);
    if (event === 'send') sendToUid(data.to, data.data, uid);
    else if (event === 'broadcast') broadcast(data.data, uid);
  });
  socket.on('close', () => {
    if (uid !== undefined) registry.remove(uid, socket);
  });
  socket.on('error', () => {});
});

server.on('listening', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  serve({ port, sendToUid, broadcast, countConnections: () => registry.count() });
});
