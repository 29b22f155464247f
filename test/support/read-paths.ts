import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { AppOptions } from './app.js';

/** The ways in which frames are read, for `describe.each`: each keeps the same promises. */
export const READ_PATHS: readonly (readonly [string, AppOptions])[] = [
  ['read past ws into shared memory', {}],
  ['read past ws in chunks', { configure: withoutSharedMemory }],
  ['read by ws', { push: { direct: false } }],
];

/** Takes from the sockets of the HTTP server what lets them read into memory of ours. */
function withoutSharedMemory(app: INestApplication): void {
  const server = app.getHttpServer() as Server;
  server.on('connection', (socket: Socket & { _handle: object }) => {
    Object.defineProperty(socket._handle, 'useUserBuffer', { value: undefined });
  });
}
