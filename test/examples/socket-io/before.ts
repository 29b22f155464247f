/**
 * Before: a chat with Socket.IO. A room per user stands for the user, and another adapter and
 * sticky sessions are needed for several nodes. after.ts is the same chat.
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import type { Chat, ChatServer } from './chat.js';

interface Said {
  to: string;
  text: string;
}

export async function serve(): Promise<ChatServer> {
  const http = createServer();
  const server = new Server(http);
  server.use((socket, next) => {
    const { uid } = socket.handshake.auth as { uid?: string };
    if (!uid) return next(new Error('unauthorized'));
    (socket.data as { uid: string }).uid = uid;
    next();
  });
  server.on('connection', async (socket) => {
    const { uid: from } = socket.data as { uid: string };
    await socket.join(`user:${from}`);
    socket.on('say', async ({ to, text }: Said, reply: (online: boolean) => void) => {
      server.to(`user:${to}`).emit('heard', { from, text });
      reply((await server.in(`user:${to}`).fetchSockets()).length > 0);
    });
    socket.on('join', async (room: string, reply: () => void) => {
      await socket.join(`room:${room}`);
      reply();
    });
    socket.on('shout', (room: string, text: string) => {
      socket.to(`room:${room}`).emit('heard', { from, text });
    });
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { client: (uid) => connect(url, uid), close: () => server.close() };
}

async function connect(url: string, uid: string): Promise<Chat> {
  const socket = io(url, { auth: { uid }, transports: ['websocket'] });
  const heard: Chat['heard'] = [];
  socket.on('heard', (message: Chat['heard'][number]) => heard.push(message));
  await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
  return {
    heard,
    say: (to, text) => socket.emitWithAck('say', { to, text }) as Promise<boolean>,
    join: (room) => socket.emitWithAck('join', room) as Promise<void>,
    shout: (room, text) => void socket.emit('shout', room, text),
    leave: () => void socket.disconnect(),
  };
}
