import type { INestApplication } from '@nestjs/common';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { ConnectionRegistryService } from '../../src/index.js';
import { startApp, type AppOptions, type RunningApp } from './app.js';
import {
  closeTestClients,
  connect,
  connectJson,
  connectText,
  type ConnectOptions,
  type JsonClient,
  type TextClient,
} from './client.js';
import type { HandshakeOptions } from './raw-handshake.js';
import { closeAllRaw, connectRaw, openRaw, type RawSocket } from './raw-socket.js';

/** Options, or what tells them when the application starts. */
type Defaults = AppOptions | (() => AppOptions);

/** An application of its own for each test; it and its clients end with the test. */
export function useApp(options: Defaults = {}): TestApp {
  const app = new TestApp(options);
  afterEach(() => app.close());
  useClients();
  return app;
}

/** One application for all tests of a file or `describe`; its clients end with each test. */
export function useSharedApp(options: Defaults = {}): TestApp {
  const app = new TestApp(options);
  beforeAll(() => app.start());
  afterAll(() => app.close());
  useClients();
  return app;
}

/** Clients end with the test that connected them. */
export function useClients(): void {
  afterEach(async () => {
    await closeTestClients();
    closeAllRaw();
  });
}

/** An application under test, and how clients come to it: the first one starts it if need be. */
export class TestApp {
  private running: RunningApp | undefined;

  constructor(private readonly defaults: Defaults) {}

  /** Starts it with these options, and with those of `useApp` that they do not replace. */
  async start(options: AppOptions = {}): Promise<void> {
    if (this.running !== undefined) throw new Error('The application runs already.');
    const defaults = typeof this.defaults === 'function' ? this.defaults() : this.defaults;
    const push = { ...defaults.push, ...options.push };
    this.running = await startApp({ ...defaults, ...options, push });
  }

  async close(): Promise<void> {
    await this.running?.close();
    this.running = undefined;
  }

  get nest(): INestApplication {
    return this.started.app;
  }

  get push(): ConnectionRegistryService {
    return this.started.push;
  }

  /** Where clients connect: `ws://127.0.0.1:<port>/`. */
  get url(): string {
    return this.started.url;
  }

  /** The same server for HTTP, without a slash at the end. */
  get http(): string {
    return this.started.http;
  }

  /** A client of `push.v1.json` with an identity: a uid, or the data of its `auth` frame. */
  async json(identity: string | Record<string, unknown>): Promise<JsonClient> {
    const client = await this.connectJson();
    await client.login(identity);
    return client;
  }

  /** A client of `push.v1.text` with an identity. */
  async text(credential: string): Promise<TextClient> {
    const client = await this.connectText();
    await client.authenticate(credential);
    return client;
  }

  /** A raw socket that speaks `push.v1.json` and is authenticated. */
  async raw(uid: string): Promise<RawSocket> {
    const raw = await this.openRaw({ protocols: 'push.v1.json' });
    await raw.sendText(JSON.stringify({ event: 'auth', data: { uid } }));
    await raw.nextText();
    return raw;
  }

  /** A client that has said nothing yet; so are those below. */
  async connect(options?: ConnectOptions): Promise<TextClient> {
    return connect(await this.whenStarted(), options);
  }

  /** @param path of the push socket, where the application does not serve it on `/` */
  async connectJson(options?: ConnectOptions, path = '/'): Promise<JsonClient> {
    return connectJson(new URL(path, await this.whenStarted()).href, options);
  }

  async connectText(options?: ConnectOptions): Promise<TextClient> {
    return connectText(await this.whenStarted(), options);
  }

  /** A TCP connection; no byte is sent yet. */
  async connectRaw(): Promise<RawSocket> {
    return connectRaw(await this.whenStarted());
  }

  /** A TCP connection on which the upgrade has succeeded. */
  async openRaw(options?: HandshakeOptions): Promise<RawSocket> {
    return openRaw(await this.whenStarted(), options);
  }

  private get started(): RunningApp {
    if (this.running === undefined) throw new Error('Start the application: await app.start().');
    return this.running;
  }

  private async whenStarted(): Promise<string> {
    if (this.running === undefined) await this.start();
    return this.url;
  }
}
