import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { PerMessageDeflateOptions } from 'ws';
import type { Engine } from './engine/engine.js';
import type { Authenticator } from './gateway/identity/authenticators/authenticator.js';
import type { UidGateway } from './routing/handlers/uid.gateway.js';
import type { RoutePolicy } from './routing/route-policy.js';

/** Everything that can be set. Times are milliseconds, sizes are bytes. */
export interface PushModuleOptions {
  /**
   * Turns the first message into an identity: an instance, or a class that Nest constructs with
   * its dependencies. Required unless `gateway` is false; there is no default, because any would
   * either trust everyone or no one.
   */
  authenticator?: Authenticator | Type<Authenticator>;

  /**
   * False for a process without sockets: a worker or a cron job that only sends. A subclass of
   * `UidGateway` to put guards, interceptors or pipes before the module's own events.
   *
   * @default UidGateway
   */
  gateway?: false | Type<UidGateway>;

  /**
   * Path of the WebSocket endpoint on the application's HTTP server. Not affected by a global
   * prefix.
   *
   * @default '/'
   */
  path?: string;

  /**
   * Carries messages and presence between nodes.
   *
   * @default new MemoryEngine(): this process alone
   */
  engine?: Engine;

  /**
   * Says which client may send to whom: an instance, or a class that Nest constructs.
   *
   * @default UidsOnlyRoutePolicy: to uids, not to groups and not to everyone
   */
  routePolicy?: RoutePolicy | Type<RoutePolicy>;

  /**
   * Time for the first message after the handshake; then the socket is closed with 4508. Also
   * the time that another consumer of the HTTP server has to take an upgrade on a path that no
   * gateway serves, before it is answered with 404.
   *
   * @default 10_000 ms
   */
  authTimeout?: number;

  /**
   * Time for the authenticator to answer; then the socket is closed with 1011.
   *
   * @default 10_000 ms
   */
  authenticatorTimeout?: number;

  /**
   * Time between two WebSocket pings to a connection. One that has sent nothing, not even a
   * pong, from one ping to the next is dropped. 0 switches heartbeats off. The default is below
   * the 60 seconds after which common proxies cut idle connections. The first ping comes after
   * between half of it and all of it, at random: clients that came together are not pinged
   * together.
   *
   * @default 30_000 ms
   */
  heartbeatInterval?: number;

  /**
   * Largest frame of a client; a larger one closes the socket with 1009.
   *
   * @default 65_536 bytes
   */
  maxPayload?: number;

  /**
   * Frames of one connection that may wait while an earlier one is handled; beyond it the socket
   * is closed with 4529. Reading pauses long before, so only a flood of tiny frames comes here.
   *
   * @default 1_024 frames
   */
  maxPendingFrames?: number;

  /**
   * Bytes that may wait unsent for one client; beyond it the socket is closed with 4513.
   *
   * @default 4_194_304 bytes (4 MiB)
   */
  maxBufferedBytes?: number;

  /**
   * Connections that a uid may have, over the whole cluster; 0 for any number.
   *
   * @default 0 connections
   */
  maxConnectionsPerUid?: number;

  /**
   * What happens beyond `maxConnectionsPerUid`: `refuse` closes the new connection with 4429,
   * `close-oldest` closes the uid's oldest with 4409.
   *
   * @default 'refuse'
   */
  connectionLimitPolicy?: 'refuse' | 'close-oldest';

  /**
   * What a text client is told when it has been authenticated.
   *
   * @default (uid) => `Connexion réussie, votre uid est ${uid}`
   */
  welcome?: (uid: string) => string;

  /**
   * Compression (RFC 7692) for clients that offer it. Costs memory and time per connection.
   *
   * @default false
   */
  perMessageDeflate?: boolean | PerMessageDeflateOptions;

  /**
   * Reads and writes plain frames past the public API of `ws`, and reads sockets into shared
   * memory past that of `node:net`, which costs a fraction: where the installed versions of both
   * are built as expected. False keeps to the public API.
   *
   * @default true
   */
  direct?: boolean;

  /**
   * Time for a client to answer the closing handshake, before its socket is cut.
   *
   * @default 5_000 ms
   */
  closeTimeout?: number;

  /**
   * Sockets that are told to close at once when the application ends.
   *
   * @default 500 sockets
   */
  drainBatchSize?: number;

  /**
   * Time between two such batches.
   *
   * @default 20 ms
   */
  drainInterval?: number;
}

export interface PushOptionsFactory {
  createPushOptions(): PushModuleOptions | Promise<PushModuleOptions>;
}

export interface PushModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** As in the options: it decides what is built, so it can't come from the factory. */
  gateway?: PushModuleOptions['gateway'];
  useFactory?: FactoryProvider<PushModuleOptions | Promise<PushModuleOptions>>['useFactory'];
  inject?: FactoryProvider['inject'];
  useClass?: Type<PushOptionsFactory>;
  useExisting?: Type<PushOptionsFactory>;
}
