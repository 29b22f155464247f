import type { PositionStorage } from './position.js';
import type { WebSocketConstructor } from './web-socket.js';

/**
 * What a client authenticates with: a token, or the members that the server's authenticator asks
 * for. `expiresAt` (milliseconds since 1970) is not sent: it says when to renew; that of a JSON
 * Web Token is read from the token.
 */
export type ClientCredential = string | Readonly<Record<string, unknown>>;

/** Why a credential is asked for. */
export interface AuthContext {
  /** Whether the server has refused the last credential, or it has expired: get a fresh one. */
  refused: boolean;
  /** Aborts when the answer is not needed any more. */
  signal: AbortSignal;
}

/** Answers a fresh credential, at once or later; what it throws counts as a failed attempt. */
export type AuthFunction = (context: AuthContext) => ClientCredential | Promise<ClientCredential>;

/** Numbers among the options. */
export interface ClientLimits {
  /**
   * Frames that wait while there is no connection; 0 refuses instead.
   * @default 100
   */
  queue: number;
  /**
   * Messages that wait for a listener, for the reader of `messages()`, or for listeners to finish.
   * @default 1000
   */
  maxWaiting: number;
  /**
   * Bytes of the largest frame that is sent; as much as the server's `maxPayload` takes.
   * @default 65_536
   */
  maxFrameBytes: number;
  /**
   * Milliseconds that an answer may take once the frame is sent.
   * @default 10_000
   */
  replyTimeout: number;
  /**
   * Milliseconds from asking for a credential to the server's answer to it.
   * @default 15_000
   */
  connectTimeout: number;
  /**
   * Milliseconds of silence after which the server is asked whether it is there.
   * @default 25_000
   */
  pingInterval: number;
  /**
   * Milliseconds that it may take to answer.
   * @default 10_000
   */
  pingTimeout: number;
  /**
   * Milliseconds within which the first reconnect is tried; doubles with each failure.
   * @default 1000
   */
  minBackoff: number;
  /**
   * Milliseconds within which a reconnect is tried at the latest.
   * @default 30_000
   */
  maxBackoff: number;
  /**
   * Milliseconds before the expiry at which the identity is renewed; at most half of its life.
   * @default 30_000
   */
  renewBefore: number;
}

/** What a client is made with. Times are milliseconds. */
export interface PushClientOptions extends Partial<{
  [Name in keyof ClientLimits]: ClientLimits[Name] | undefined;
}> {
  /** Asked for a credential before each connection, and before the identity expires. */
  auth: AuthFunction;
  /** A name for this device: 1 to 128 characters. Its connections share one cursor. */
  device?: string | undefined;
  /**
   * Without a position of its own, asks for what this device has never acknowledged.
   * @default false: begins with what is sent from now on
   */
  unread?: boolean | undefined;
  /** Keeps the position beyond this page or process: `localStorage`, AsyncStorage, a file. */
  storage?: PositionStorage | undefined;
  /** Name under which `storage` keeps it; by default of the server's address and the device. */
  storageKey?: string | undefined;
  /**
   * Whether a message is acknowledged when its listeners have finished, or by `ack()` alone.
   * @default 'auto'
   */
  acknowledge?: 'auto' | 'manual' | undefined;
  /** The WebSocket to use. @default globalThis.WebSocket, which Node has from 22 on */
  webSocket?: WebSocketConstructor | undefined;
  /** Closes the client when it aborts. */
  signal?: AbortSignal | undefined;
}

const DEFAULTS: Readonly<ClientLimits> = {
  queue: 100,
  maxWaiting: 1000,
  maxFrameBytes: 65_536,
  replyTimeout: 10_000,
  connectTimeout: 15_000,
  pingInterval: 25_000,
  pingTimeout: 10_000,
  minBackoff: 1000,
  maxBackoff: 30_000,
  renewBefore: 30_000,
};

/** @throws TypeError that names the option and what it may be */
export function limitsOf(options: Partial<ClientLimits>): ClientLimits {
  const limits = { ...DEFAULTS };
  let name: keyof ClientLimits;
  for (name in limits) {
    const value = (limits[name] = options[name] ?? limits[name]);
    const least = name === 'queue' ? 0 : 1;
    if (!Number.isInteger(value) || value < least) {
      throw new TypeError(`${name} is ${value}; allowed is a whole number from ${least}.`);
    }
  }
  return limits;
}
