import {
  Logger,
  type INestApplication,
  type LoggerService,
  type ModuleMetadata,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  ConnectionRegistryService,
  PushModule,
  TrustUidAuthenticator,
  type PushModuleOptions,
} from '../../src/index.js';
import { CERTIFICATE } from './certificate.js';

export interface AppOptions extends ModuleMetadata {
  /** Options of PushModule; clients are trusted unless an authenticator is given. */
  push?: PushModuleOptions;
  /** Instead of `push`: the module as the test imports it. */
  module?: ReturnType<typeof PushModule.forRoot>;
  adapter?: 'express' | 'fastify';
  /** Serves https, with the certificate of the tests. */
  https?: boolean;
  /** Hears of everything from before the application is there; none unless given. */
  logger?: LoggerService;
  /** What a test replaces of the application. */
  override?: (testing: TestingModuleBuilder) => TestingModuleBuilder;
  /** What a `main.ts` would do before it listens. */
  configure?: (app: INestApplication) => void;
}

export interface RunningApp {
  app: INestApplication;
  push: ConnectionRegistryService;
  /** Where clients connect: `ws://127.0.0.1:<port>/`, or wss. */
  url: string;
  /** The same server for HTTP, without a slash at the end. */
  http: string;
  close(): Promise<void>;
}

/** What is logged is right in an application, and noise in a test that does not look at it. */
const SILENT: LoggerService = { log() {}, warn() {}, error() {} };

/** Starts a Nest application with PushModule on a free port. */
export async function startApp(options: AppOptions = {}): Promise<RunningApp> {
  const { push, module, logger = SILENT, configure, imports = [], ...rest } = options;
  const { adapter, https, override = (builder) => builder, ...metadata } = rest;
  // The authenticator speaks when it is constructed, before there is a module.
  Logger.overrideLogger(logger);
  const pushModule =
    module ?? PushModule.forRoot({ authenticator: new TrustUidAuthenticator(), ...push });
  const builder = Test.createTestingModule({ imports: [pushModule, ...imports], ...metadata });
  const testing = await override(builder.setLogger(logger)).compile();
  const app =
    adapter === 'fastify'
      ? testing.createNestApplication(new FastifyAdapter(https ? { https: CERTIFICATE } : {}))
      : testing.createNestApplication(https ? { httpsOptions: CERTIFICATE } : {});
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
