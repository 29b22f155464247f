import type { INestApplication } from '@nestjs/common';
import type { EventMap } from '../../protocol/event-map.js';
import { ConnectionRegistryService } from '../../service/connection-registry.service.js';
import { createTestClient } from '../client/create-test-client.js';
import type { TestClient } from '../client/test-client.js';
import type { TestClientOptions, TextTestClientOptions } from '../client/test-client.options.js';
import type { TextTestClient } from '../client/text-test-client.js';
import { SocketsOf } from './sockets-of.js';

/** One node of a test cluster: a whole application. */
export class TestNode {
  /** Every client that has come to it. */
  readonly clients: (TestClient | TextTestClient)[] = [];
  /** The service of this node. */
  readonly push: ConnectionRegistryService;
  private readonly sockets: SocketsOf;
  private closing: Promise<void> | undefined;

  /** @internal */
  constructor(
    /** Its number, from 0. */
    readonly index: number,
    readonly app: INestApplication,
  ) {
    this.push = app.get(ConnectionRegistryService, { strict: false });
    this.sockets = new SocketsOf(app);
  }

  /** A client of this node, as `createTestClient` makes it. */
  client(options: TextTestClientOptions): Promise<TextTestClient>;
  client<Events extends EventMap = EventMap>(
    options: TestClientOptions,
  ): Promise<TestClient<Events>>;
  async client(
    options: TestClientOptions | TextTestClientOptions,
  ): Promise<TestClient | TextTestClient> {
    const client = await (options.codec === 'text'
      ? createTestClient(this.app, options)
      : createTestClient(this.app, options));
    this.clients.push(client);
    return client;
  }

  /** @internal Its connections break, clients see 1006. */
  async die(): Promise<void> {
    this.sockets.destroy();
    await this.close();
  }

  /** @internal */
  close(): Promise<void> {
    return (this.closing ??= this.app.close());
  }
}
