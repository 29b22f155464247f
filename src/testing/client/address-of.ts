import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { INestApplication } from '@nestjs/common';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from '../../gateway/gateway.options.js';

/** Applications that are about to listen. */
const starting = new WeakMap<INestApplication, Promise<unknown>>();

/**
 * Where clients of the application connect. One that does not listen yet is made to, on a free
 * port of this machine: supertest, given `app.getHttpServer()`, then uses that one too.
 */
export async function addressOf(app: INestApplication): Promise<string> {
  const server = app.getHttpServer() as Server;
  if (!server.listening) {
    if (!starting.has(app)) starting.set(app, app.listen(0, '127.0.0.1'));
    await starting.get(app);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The application listens on no port, so no client can come.');
  }
  const scheme = server instanceof TlsServer ? 'wss' : 'ws';
  return `${scheme}://${hostOf(address)}:${address.port}${pathOf(app)}`;
}

/** An address that stands for all is none to connect to. */
function hostOf({ address, family }: AddressInfo): string {
  if (family === 'IPv6') return address === '::' ? '[::1]' : `[${address}]`;
  return address === '0.0.0.0' ? '127.0.0.1' : address;
}

function pathOf(app: INestApplication): string {
  return app.get<CheckedGatewayOptions>(GATEWAY_OPTIONS, { strict: false }).path;
}
