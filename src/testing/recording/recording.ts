import type { RequestOptions } from '../../delivery/requests/request-options.js';
import type { PlainSendOptions, SendOptions } from '../../delivery/send-options.js';
import type { UndeliveredMessage } from '../../delivery/undelivered/undelivered-handler.js';
import type { ConnectionInfo } from '../../engine/connection-info.js';
import type { CloseRequest } from '../../protocol/close.js';
import type { PushEvent } from '../../registry/push-event.js';

/** A send by one method. */
export interface SentBy<Method extends string, Target, Options> {
  readonly method: Method;
  readonly target: Target;
  /** As clients get it: what its JSON says. */
  readonly data: unknown;
  /** There if they were given. */
  readonly options?: Options;
}

/** A send that was recorded: its method and what it was given. */
export type Sent =
  | SentBy<'sendToUid' | 'sendToGroup', string, SendOptions>
  | SentBy<'sendToUids', readonly string[], SendOptions>
  | SentBy<'sendToConnection', string, PlainSendOptions>
  | SentBy<'broadcast', 'all', PlainSendOptions>;

/** A `request` that was recorded. */
export interface AskedOf {
  readonly uid: string;
  /** As devices get it: what its JSON says. */
  readonly data: unknown;
  readonly options: RequestOptions;
}

/** A `disconnect` that was recorded. */
export interface Disconnected {
  readonly uidOrConnectionId: string;
  /** As it takes effect, defaults included. */
  readonly close: CloseRequest;
}

/** What the devices of a uid answer: a value, or what makes it of the question, or throws. */
export type CannedAnswer = ((data: unknown) => unknown) | string | number | boolean | object | null;

/** What a test sees of the calls of its subject, and how it plays the users. */
export interface Recording {
  /** Sends, in their order. One that is repeated under its `idempotencyKey` is not sent again. */
  readonly sent: readonly Sent[];
  /** Requests, in their order, answered or not. */
  readonly asked: readonly AskedOf[];
  /** Disconnects, in their order. */
  readonly disconnected: readonly Disconnected[];

  /** Data of every send that goes to the uid, by whichever method, in their order. */
  sentTo(uid: string): unknown[];

  /** A connection of the uid comes: presence knows it, and `events$` tells. */
  arrive(
    uid: string,
    details?: Partial<Omit<ConnectionInfo, 'uid' | 'connectionId'>>,
  ): ConnectionInfo;
  /** A connection, or all of the uid, goes; nothing happens if there is none. */
  leave(uidOrConnectionId: string, close?: Partial<CloseRequest>): void;
  /** From now on the devices of the uid answer this to `request`. */
  answer(uid: string, answer: CannedAnswer): void;
  /** Tells those who listen to `events$`. */
  tell(event: PushEvent): void;
  /** Tells those who listen to `undelivered$`. */
  tellUndelivered(message: UndeliveredMessage): void;
  /** While it is there every call rejects with it: a PushException `UNAVAILABLE`, for example. */
  failure: Error | undefined;
}
