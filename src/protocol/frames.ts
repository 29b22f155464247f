import type { ErrorCode } from './codes.js';
import type { FieldError } from './push.exception.js';

/** What a client may put into `id` to tell replies apart; the reply repeats it unchanged. */
export type FrameId = string | number;

/** A frame from a client, decoded: the same whatever the codec. */
export interface ClientFrame {
  event: string;
  data: unknown;
  id?: FrameId;
}

/** Whom a client or a caller of the push API addresses. */
export type Recipient = string | string[] | { group: string };

export interface SendData {
  to: Recipient;
  data: unknown;
}

export interface BroadcastData {
  data: unknown;
}

/** The outcome of a send: the message's id, and how many nodes hold a connection of the target. */
export interface SendResult {
  id: string;
  nodes: number;
}

/** Data of an `error` frame. */
export interface ErrorData {
  code: ErrorCode | (string & {});
  message: string;
  details?: readonly FieldError[];
}

/**
 * What a first message carries, before the authenticator looked at it: the frame itself from a
 * text client, the `data` of the `auth` frame from a json client.
 */
export type Credential = string | Readonly<Record<string, unknown>>;

/** The first frame of a connection, decoded. */
export interface FirstFrame {
  credential: Credential;
  /** A name that the client gives to its device or tab. */
  device?: string;
  id?: FrameId;
}
