import type { IncomingHttpHeaders } from 'node:http';
import type { CodecName } from '../../../protocol/codec.js';
import type { Credential } from '../../../protocol/frames.js';
import type { MaybePromise } from '../../../protocol/maybe-promise.js';

/** Who a connection belongs to. */
export interface Identity {
  /** 1 to 128 characters without control characters; not `all`. */
  uid: string;
  /** Milliseconds since the epoch. At that time the connection is closed unless renewed. */
  expiresAt?: number | undefined;
  /** Anything the application wants to find again in `connectionsOf` and `@Connection()`; JSON. */
  claims?: Readonly<Record<string, unknown>> | undefined;
  /** Name of the device or tab; wins over the one that the client gave. */
  device?: string | undefined;
}

/** The circumstances of an authentication. */
export interface AuthenticationContext {
  /** The peer's network address. */
  readonly address: string;
  /**
   * Headers of the upgrade request: cookies, `origin`, a proxy's headers. Empty when an identity
   * is renewed: the request is not kept for the life of the connection.
   */
  readonly headers: IncomingHttpHeaders;
  /** Path and query of the upgrade request; empty when an identity is renewed. */
  readonly url: string;
  readonly codec: CodecName;
  /** Whether an open connection sent the credential; its answer must then have the same uid. */
  readonly renewal: boolean;
  /** Aborted when the socket closes or `authenticatorTimeout` has passed. */
  readonly signal: AbortSignal;
  /**
   * Notes why, for `events$` and the debug log, and answers the `null` that refuses:
   * `return context.refuse('the account is locked')`. The client does not hear it. It must not
   * contain anything of the credential.
   */
  refuse(reason: string): null;
}

/**
 * Turns the first message into an identity, or refuses. Extend it for your own way to know
 * users; Nest injects what the constructor asks for.
 *
 * To refuse, answer `null`, best by `context.refuse(reason)`, or throw Nest's
 * `UnauthorizedException` or `ForbiddenException`, whose message is the reason then: the client
 * gets `AUTH_FAILED` and is closed with 4401. Any other throw is a fault of the server:
 * it is logged (those of one minute together), and the client is closed with 1011 and may try
 * again. A `PushException` UNAVAILABLE does the same and is not logged: what you depend on is
 * away, and you have said so once yourself.
 */
export abstract class Authenticator {
  /**
   * Asked once for each first message and each renewal.
   *
   * @param credential the frame of a text client; the `data` of the `auth` frame of a json client
   */
  abstract authenticate(
    credential: Credential,
    context: AuthenticationContext,
  ): MaybePromise<Identity | null>;
}
