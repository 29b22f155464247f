import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { nextId } from './ids.js';

/**
 * Socket.IO, with a room per uid, as its documentation advises for sending to users.
 *
 * @param {Partial<import('socket.io').ServerOptions>} [options]
 * @returns {Promise<import('../../messages/servers/serve.js').Served>}
 */
export async function startSocketIo(options) {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false, ...options });

  /** @param {string} uid @param {unknown} data @param {string} [from] */
  const sendToUid = (uid, data, from) => io.to(uid).emit('message', { id: nextId(), from, data });
  /** @param {unknown} data @param {string} [from] */
  const broadcast = (data, from) => io.emit('message', { id: nextId(), from, data });

  io.on('connection', (socket) => {
    socket.on('auth', ({ uid }) => {
      socket.data.uid = uid;
      void socket.join(uid);
      socket.emit('auth', { uid, connectionId: socket.id });
    });
    socket.on('send', ({ to, data }) => sendToUid(to, data, socket.data.uid));
    socket.on('broadcast', ({ data }) => broadcast(data, socket.data.uid));
  });

  await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (http.address());
  return { port, sendToUid, broadcast, countConnections: () => io.engine.clientsCount };
}
