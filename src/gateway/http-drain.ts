import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from './gateway.options.js';

/** Milliseconds between two looks whether Nest has closed the server already. */
const LOOK_AGAIN = 50;

/**
 * The end of the application's HTTP connections, for which Nest waits. Without it one of them
 * that is silent, sends half a request or is never idle keeps the process alive for ever: Node
 * stops its own timeouts for them when the server is closed.
 */
@Injectable()
export class HttpDrain implements OnModuleDestroy, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(GATEWAY_OPTIONS) private readonly options: CheckedGatewayOptions,
  ) {}

  /** From now on a connection ends with the answer that it waits for. */
  onModuleDestroy(): void {
    const { server } = this;
    if (server === undefined) return;
    server.prependListener('request', endAfterwards);
    // For requests that are there already: their connection ends when it becomes idle.
    server.keepAliveTimeout = 1;
  }

  /** Hooks of the global module come last, so the application's are done: its time runs. */
  beforeApplicationShutdown(): void {
    const { server } = this;
    if (server === undefined) return;
    server.once('close', () => clearTimeout(this.timer));
    this.timer = setTimeout(() => this.cut(server), this.options.shutdownTimeout);
  }

  private cut(server: Server): void {
    // WebSockets are still being closed, and Nest closes the server after them.
    if (server.listening) this.timer = setTimeout(() => this.cut(server), LOOK_AGAIN);
    else server.closeAllConnections();
  }

  /** The server, if it listens and is not one of HTTP/2, which ends its sessions itself. */
  private get server(): Server | undefined {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    return server?.listening && 'closeAllConnections' in server ? server : undefined;
  }
}

function endAfterwards({ httpVersionMajor }: IncomingMessage, response: ServerResponse): void {
  if (httpVersionMajor === 1) response.setHeader('Connection', 'close');
}
