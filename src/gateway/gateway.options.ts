import type { Type } from '@nestjs/common';
import type { PerMessageDeflateOptions } from 'ws';
import type { Checked, OptionTable } from '../options/option-table.js';
import { callable, FLAG, partWith, whole } from '../options/rules.js';
import type { Authenticator } from './identity/authenticators/authenticator.js';

/** Of sockets, upgrades and identities. Times are milliseconds, sizes are bytes. */
export interface GatewayOptions {
  /**
   * Turns the first message into an identity: an instance, or a class that Nest constructs with
   * its dependencies. Required unless `gateway` is false; there is no default, because any would
   * either trust everyone or no one.
   */
  authenticator?: Authenticator | Type<Authenticator> | undefined;

  /**
   * Path of the WebSocket endpoint on the application's HTTP server, exactly as it is written: a
   * slash at its end counts. Not affected by a global prefix.
   *
   * @default '/'
   */
  path?: string | undefined;

  /**
   * Time for the first message after the handshake; then the socket is closed with 4508. Also
   * the time that another consumer of the HTTP server has to take an upgrade on a path that no
   * gateway serves, before it is answered with 404.
   *
   * @default 10_000 ms
   */
  authTimeout?: number | undefined;

  /**
   * Time for the authenticator to answer; then the socket is closed with 1011.
   *
   * @default 10_000 ms
   */
  authenticatorTimeout?: number | undefined;

  /**
   * Time between two WebSocket pings to a connection. One that has sent nothing, not even a
   * pong, from one ping to the next is dropped. 0 switches heartbeats off. The default is below
   * the 60 seconds after which common proxies cut idle connections. The first ping comes after
   * between half of it and all of it, at random: clients that came together are not pinged
   * together.
   *
   * @default 30_000 ms
   */
  heartbeatInterval?: number | undefined;

  /**
   * Largest frame of a client; a larger one closes the socket with 1009.
   *
   * @default 65_536 bytes
   */
  maxPayload?: number | undefined;

  /**
   * What may wait of one connection while an earlier frame is handled, beside one frame of
   * `maxPayload`, decompressed, each frame with 64 bytes for itself; beyond it the socket is closed
   * with 4529. Reading stops long before, at what one read of the operating system brings (64 KiB),
   * and so does decompressing, so that a client which only sends fast never comes here. With
   * `direct: false` all that one read brings is decompressed: then it may, by compressed frames.
   *
   * @default 1_048_576 bytes (1 MiB)
   */
  maxPendingBytes?: number | undefined;

  /**
   * The same of all connections together that are not in yet; beyond it those that add to it are
   * closed with 4529.
   *
   * @default 67_108_864 bytes (64 MiB)
   */
  maxStrangerBytes?: number | undefined;

  /**
   * Frames of one connection that are handled before others have their turn.
   *
   * @default 256 frames
   */
  maxFramesPerTurn?: number | undefined;

  /**
   * Bytes that may wait unsent for one client when another message for it comes; beyond it the
   * socket is closed with 4513, and what waits is thrown away. The message itself does not count:
   * `maxMessageBytes` limits that.
   *
   * @default 4_194_304 bytes (4 MiB)
   */
  maxBufferedBytes?: number | undefined;

  /**
   * Bytes of memory for all that waits unsent on this node; a message that waits for many counts
   * once. Beyond it the sockets that are furthest behind are closed with 4513.
   *
   * @default 268_435_456 bytes (256 MiB)
   */
  maxTotalBufferedBytes?: number | undefined;

  /**
   * Time for a client for which several messages wait to take some of them; then the socket is
   * closed with 4513, though it may answer pings.
   *
   * @default 60_000 ms
   */
  stallTimeout?: number | undefined;

  /**
   * What a text client is told when it has been authenticated.
   *
   * @default (uid) => `Connexion réussie, votre uid est ${uid}`
   */
  welcome?: ((uid: string) => string) | undefined;

  /**
   * Compression (RFC 7692) for clients that offer it. Costs memory and time per connection.
   *
   * @default false
   */
  perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;

  /**
   * Reads and writes plain frames past the public API of `ws`, and reads sockets into shared
   * memory past that of `node:net`, which costs a fraction: where the installed versions of both
   * are built as expected. False keeps to the public API.
   *
   * @default true
   */
  direct?: boolean | undefined;

  /**
   * Time for a client to answer the closing handshake, before its socket is cut.
   *
   * @default 5_000 ms
   */
  closeTimeout?: number | undefined;

  /**
   * Sockets that are told to close at once when the application ends.
   *
   * @default 500 sockets
   */
  drainBatchSize?: number | undefined;

  /**
   * Time between two such batches.
   *
   * @default 20 ms
   */
  drainInterval?: number | undefined;

  /**
   * Time for HTTP requests that are under way when the application ends and its hooks have run;
   * then their connections are cut, as are silent ones. WebSockets have `closeTimeout`.
   *
   * @default 5_000 ms
   */
  shutdownTimeout?: number | undefined;
}

export const gatewayOptions = {
  authenticator: { rule: partWith('authenticate', 'an Authenticator, or a class of one') },
  path: {
    default: '/',
    rule: {
      allowed: 'a string that begins with "/"',
      accepts: (value) => typeof value === 'string' && /^\/[\x21-\x7e]*$/.test(value),
    },
  },
  authTimeout: { default: 10_000, rule: whole('milliseconds', 1) },
  authenticatorTimeout: { default: 10_000, rule: whole('milliseconds', 1) },
  heartbeatInterval: { default: 30_000, rule: whole('milliseconds', 0) },
  maxPayload: { default: 65_536, rule: whole('bytes', 1) },
  maxPendingBytes: { default: 1_048_576, rule: whole('bytes', 1, Infinity) },
  maxStrangerBytes: { default: 67_108_864, rule: whole('bytes', 1, Infinity) },
  maxFramesPerTurn: { default: 256, rule: whole('frames', 1) },
  maxBufferedBytes: { default: 4_194_304, rule: whole('bytes', 1, Infinity) },
  maxTotalBufferedBytes: { default: 268_435_456, rule: whole('bytes', 1, Infinity) },
  stallTimeout: { default: 60_000, rule: whole('milliseconds', 1) },
  welcome: { rule: callable('a function from the uid to a string') },
  perMessageDeflate: {
    default: false,
    rule: {
      allowed: 'true, false, or the options of ws for it',
      accepts: (value) =>
        typeof value === 'boolean' || (typeof value === 'object' && value !== null),
    },
  },
  direct: { default: true, rule: FLAG },
  closeTimeout: { default: 5_000, rule: whole('milliseconds', 1) },
  drainBatchSize: { default: 500, rule: whole('sockets', 1) },
  drainInterval: { default: 20, rule: whole('milliseconds', 0) },
  shutdownTimeout: { default: 5_000, rule: whole('milliseconds', 1) },
} satisfies OptionTable<GatewayOptions>;

/** Where the checked options are injected. */
export const GATEWAY_OPTIONS = Symbol('GatewayOptions');
export type CheckedGatewayOptions = Checked<GatewayOptions, typeof gatewayOptions>;
