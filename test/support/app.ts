import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Logger, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  ConnectionRegistryService,
  PushModule,
  TrustUidAuthenticator,
  type PushModuleOptions,
} from '../../src/index.js';

export interface AppOptions extends ModuleMetadata {
  /** Options of PushModule; clients are trusted unless an authenticator is given. */
  push?: PushModuleOptions;
  /** Instead of `push`: the module as the test imports it. */
  module?: ReturnType<typeof PushModule.forRoot>;
  adapter?: 'express' | 'fastify';
  /** What a `main.ts` would do before it listens. */
  configure?: (app: INestApplication) => void;
}

export interface RunningApp {
  app: INestApplication;
  push: ConnectionRegistryService;
  /** Where clients connect: `ws://127.0.0.1:<port>/`. */
  url: string;
  /** The same server for HTTP, without a slash at the end. */
  http: string;
  close(): Promise<void>;
}

/** Starts a Nest application with PushModule on a free port. */
export async function startApp(options: AppOptions = {}): Promise<RunningApp> {
  const { push, module, adapter, configure, imports = [], ...metadata } = options;
  // The authenticator warns that it trusts everyone: right in an application, noise in a test.
  Logger.overrideLogger(false);
  const pushModule =
    module ?? PushModule.forRoot({ authenticator: new TrustUidAuthenticator(), ...push });
  const testing = await Test.createTestingModule({
    imports: [pushModule, ...imports],
    ...metadata,
  }).compile();
  const app =
    adapter === 'fastify'
      ? testing.createNestApplication(new FastifyAdapter())
      : testing.createNestApplication();
  configure?.(app);
  await app.listen(0, '127.0.0.1');
  const http = await app.getUrl();
  return {
    app,
    push: app.get(ConnectionRegistryService),
    url: `${http.replace('http', 'ws')}/`,
    http,
    close: () => app.close(),
  };
}

/** Takes from the sockets of the HTTP server what lets them read into memory of ours. */
export function withoutSharedMemory(app: INestApplication): void {
  const server = app.getHttpServer() as Server;
  server.on('connection', (socket: Socket & { _handle: object }) => {
    Object.defineProperty(socket._handle, 'useUserBuffer', { value: undefined });
  });
}
