import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { INestApplication } from '@nestjs/common';

/** The TCP connections of an application. */
export class SocketsOf {
  private readonly open = new Set<Socket>();

  /** @param app one that has no connections yet */
  constructor(app: INestApplication) {
    const server = app.getHttpServer() as Server;
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
  }

  /** They end without a word, as when a process is killed. */
  destroy(): void {
    for (const socket of this.open) socket.destroy();
  }
}
