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

/** Data of an `auth` reply: who the connection belongs to now, and its name. */
export interface WelcomeData {
  uid: string;
  connectionId: string;
}

/** The outcome of a send: the message's id, and how many nodes hold a connection of the target. */
export interface SendResult {
  id: string;
  nodes: number;
}

/** Data of a `message` frame. */
export interface MessageData {
  id: string;
  /** Uid of the client that sent it; absent when the server did. */
  from?: string;
  data: unknown;
}

/** Data of an `error` frame. */
export interface ErrorData {
  code: ErrorCode | (string & {});
  message: string;
  details?: readonly FieldError[];
}

// What json writes, first by clients, then by servers; PROTOCOL.md, "json", says when.

/** The first message of a client, and later the renewal of its identity. */
export interface AuthRequest {
  event: 'auth';
  id?: FrameId;
  data: Readonly<Record<string, unknown>>;
}

export interface SendRequest {
  event: 'send';
  id?: FrameId;
  data: SendData;
}

export interface BroadcastRequest {
  event: 'broadcast';
  id?: FrameId;
  data: BroadcastData;
}

export interface Ping {
  event: 'ping';
  id?: FrameId;
}

/** What a client says, the events of an application aside. */
export type RequestFrame = AuthRequest | SendRequest | BroadcastRequest | Ping;

export interface AuthReply {
  event: 'auth';
  id?: FrameId;
  data: WelcomeData;
}

/** The reply to `send` and `broadcast`. */
export interface Sent {
  event: 'sent';
  id: FrameId;
  data: SendResult;
}

export interface Pong {
  event: 'pong';
  id?: FrameId;
}

export interface MessageFrame {
  event: 'message';
  data: MessageData;
}

export interface ErrorFrame {
  event: 'error';
  id?: FrameId;
  data: ErrorData;
}

/** What a server says, the events of an application aside. */
export type ServerFrame = AuthReply | Sent | Pong | MessageFrame | ErrorFrame;
