// The tags in comments, such as `@asType integer`, are for those who make schemas of the types.
import type { ErrorCode } from './codes.js';
import type { FieldError } from './field-error.js';

/**
 * What a client may put into `id` to tell replies apart; the reply repeats it unchanged.
 * @maxLength 128
 */
export type FrameId = string | number;

/** A frame from a client, decoded: the same whatever the codec. */
export interface ClientFrame {
  event: string;
  data: unknown;
  id?: FrameId;
}

/**
 * Whom a client or a caller of the push API addresses: a uid, "all", a list of uids, or a group.
 * @minLength 1
 * @maxLength 128
 * @minItems 1
 */
export type Recipient =
  | string
  | string[]
  | {
      /**
       * @minLength 1
       * @maxLength 128
       */
      group: string;
    };

/**
 * Data of a `send` frame.
 * @additionalProperties false
 */
export interface SendData {
  to: Recipient;
  data: unknown;
}

/**
 * Data of a `broadcast` frame.
 * @additionalProperties false
 */
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
  /** From where it wants what it missed. */
  recover?: Recover;
  id?: FrameId;
}

/** A place in the stream of a uid: everything up to there has been seen. */
export interface StreamPosition {
  /**
   * Name of the stream's life, opaque: in another epoch offsets began anew.
   * @minLength 1
   * @maxLength 128
   */
  epoch: string;
  /**
   * 1, 2, 3 … without holes; 0 before the first message.
   * @asType integer
   * @minimum 0
   */
  offset: number;
}

/**
 * From where a client that authenticates wants what it missed: its own position, or where the
 * acknowledgements of its device (or of the uid, without a device name) ended.
 */
export type Recover = StreamPosition | 'unread';

/** Why nothing was recovered: another epoch, messages that are gone, or too many of them. */
export type RecoveryFailure = 'epoch' | 'trimmed' | 'too-many';

/** What the `auth` reply tells of the uid's stream, where there is a history. */
export interface StreamData extends StreamPosition {
  /** There if `recover` was asked: whether the missed messages follow. */
  recovered?: boolean;
  /** There if `recovered` is false. */
  reason?: RecoveryFailure;
}

/** Data of an `auth` reply: who the connection belongs to now, and its name. */
export interface WelcomeData {
  uid: string;
  connectionId: string;
  stream?: StreamData;
}

/** The outcome of a send: the message's id, and how many nodes hold a connection of the target. */
export interface SendResult {
  id: string;
  /**
   * @asType integer
   * @minimum 0
   */
  nodes: number;
}

/** Data of a `message` frame. */
export interface MessageData {
  id: string;
  /** Uid of the client that sent it; absent when the server did. */
  from?: string;
  data: unknown;
  /**
   * Place in the stream of the receiving uid; absent when the message is not retained.
   * @asType integer
   * @minimum 1
   */
  offset?: number;
}

/**
 * Data of an `ack` and of its reply `acked`: everything up to this offset.
 * @additionalProperties false
 */
export interface AckData {
  /**
   * @asType integer
   * @minimum 0
   */
  offset: number;
}

/** Data of a `settled` frame: another device has acknowledged this message first. */
export interface SettledData {
  id: string;
  /**
   * @asType integer
   * @minimum 1
   */
  offset: number;
}

/** Data of a `request` frame: what the server asks this device. */
export interface RequestData {
  id: string;
  data: unknown;
}

/** Data of a `response`: a device's answer to a request, or its refusal. */
export type ResponseData =
  { id: string; data: unknown } | { id: string; error: { code: string; message: string } };

/** Data of a `cancelled` frame: the request is over. */
export interface CancelledData {
  id: string;
}

/**
 * Data of a `watch` and of an `unwatch` frame.
 * @additionalProperties false
 */
export interface WatchData {
  uids: string[];
}

/** Data of a `presence` frame: how it stands with a uid that the client watches. */
export interface PresenceData {
  uid: string;
  /** Whether it has a connection anywhere. */
  online: boolean;
  /** As of which of its changes: what comes with a lower one than was seen of the uid comes late. */
  seq: number;
}

/** Data of a `watched` frame: of each uid that is known by now. */
export interface WatchedData {
  presence: PresenceData[];
}

/** Data of an `error` frame. */
export interface ErrorData {
  code: ErrorCode | (string & {});
  message: string;
  details?: readonly FieldError[];
}

// What json writes, first by clients, then by servers; PROTOCOL.md, "json", says when.

/** Data of an `auth` frame: what the authenticator of the server takes, and these. */
export interface AuthData {
  token?: string;
  uid?: string;
  /**
   * A name for this device or tab.
   * @minLength 1
   * @maxLength 128
   */
  device?: string;
  /** From where the client wants the retained messages that it missed. */
  recover?: Recover;
  [member: string]: unknown;
}

/** The first message of a client, and later the renewal of its identity. */
export interface AuthRequest {
  event: 'auth';
  id?: FrameId;
  data: AuthData;
}

/** Sends to every connection of the recipients. */
export interface SendRequest {
  event: 'send';
  id?: FrameId;
  data: SendData;
}

/** Sends to every authenticated connection, the sender's included. */
export interface BroadcastRequest {
  event: 'broadcast';
  id?: FrameId;
  data: BroadcastData;
}

/** For clients that cannot send pings of WebSocket, such as browsers. */
export interface Ping {
  event: 'ping';
  id?: FrameId;
}

/** Cumulative acknowledgement of retained messages. */
export interface Ack {
  event: 'ack';
  id?: FrameId;
  data: AckData;
}

/** The answer to a `request`. */
export interface Response {
  event: 'response';
  id?: FrameId;
  data: ResponseData;
}

/** Tell me of these uids, beside those that I watch already. */
export interface Watch {
  event: 'watch';
  id?: FrameId;
  data: WatchData;
}

/** No longer of these. */
export interface Unwatch {
  event: 'unwatch';
  id?: FrameId;
  data: WatchData;
}

/** What a client says, the events of an application aside. */
export type RequestFrame =
  AuthRequest | SendRequest | BroadcastRequest | Ping | Ack | Response | Watch | Unwatch;

/** The client is who it says. */
export interface AuthReply {
  event: 'auth';
  id?: FrameId;
  data: WelcomeData;
}

/** The reply to `send` and `broadcast`: the message was handed to the nodes. */
export interface Sent {
  event: 'sent';
  id: FrameId;
  data: SendResult;
}

/** The reply to `ping`: every frame before it has been handled. */
export interface Pong {
  event: 'pong';
  id?: FrameId;
}

/** Something was sent to this connection, by another client or by the application. */
export interface MessageFrame {
  event: 'message';
  data: MessageData;
}

/** The reply to `ack`: the cursor, which never goes back. */
export interface Acked {
  event: 'acked';
  id: FrameId;
  data: AckData;
}

/** Another device has acknowledged this message first: take it off the screen. */
export interface Settled {
  event: 'settled';
  data: SettledData;
}

/** The stream has begun anew, because data was lost: where it goes on. */
export interface EpochFrame {
  event: 'epoch';
  data: StreamData;
}

/** The server asks this device, and waits for its `response`. */
export interface Request {
  event: 'request';
  data: RequestData;
}

/** A `request` is over, and this connection has not answered it. */
export interface Cancelled {
  event: 'cancelled';
  data: CancelledData;
}

/** The reply to `watch`, whether it had an `id` or not. */
export interface Watched {
  event: 'watched';
  id?: FrameId;
  data: WatchedData;
}

/** The reply to `unwatch`. */
export interface Unwatched {
  event: 'unwatched';
  id: FrameId;
}

/** How it stands with a uid that the client watches has changed. */
export interface Presence {
  event: 'presence';
  data: PresenceData;
}

/** Something was wrong with a frame, or with the connection. */
export interface ErrorFrame {
  event: 'error';
  id?: FrameId;
  data: ErrorData;
}

/** What a server says, the events of an application aside. */
export type ServerFrame =
  | AuthReply
  | Sent
  | Pong
  | MessageFrame
  | Acked
  | Settled
  | EpochFrame
  | Request
  | Cancelled
  | Watched
  | Unwatched
  | Presence
  | ErrorFrame;
