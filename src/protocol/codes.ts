/**
 * Codes of `error` frames and of `PushException`. They are stable: programs compare these and
 * never the English sentence beside them.
 */
export const ErrorCode = {
  /** The first frame was not an `auth` frame. Closes with 4401. */
  AUTH_REQUIRED: 'AUTH_REQUIRED',
  /** The identity was refused or malformed. Closes with 4401 when it was the first frame. */
  AUTH_FAILED: 'AUTH_FAILED',
  /** The identity has expired and was not renewed in time. Closes with 4401. */
  AUTH_EXPIRED: 'AUTH_EXPIRED',
  /** No first frame came within `authTimeout`. Closes with 4508. */
  AUTH_TIMEOUT: 'AUTH_TIMEOUT',
  /** The frame is not of the protocol: not JSON, not an envelope, binary, no separator. */
  BAD_FRAME: 'BAD_FRAME',
  /** Nothing here handles this event. */
  UNKNOWN_EVENT: 'UNKNOWN_EVENT',
  /** The data of the frame, or an argument of a call, is not of the required shape. */
  VALIDATION_FAILED: 'VALIDATION_FAILED',
  /** The route policy or a guard said no. */
  FORBIDDEN: 'FORBIDDEN',
  /** What the frame refers to is not there (a handler's `NotFoundException`). */
  NOT_FOUND: 'NOT_FOUND',
  /** The frame contradicts the present state (a handler's `ConflictException`). */
  CONFLICT: 'CONFLICT',
  /** The data of a message is larger than `maxMessageBytes`, or than a handler accepts. */
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  /** Too many frames in too short a time, or waiting at once. */
  RATE_LIMITED: 'RATE_LIMITED',
  /** The uid has as many connections as `maxConnectionsPerUid` allows. Closes with 4429. */
  CONNECTION_LIMIT: 'CONNECTION_LIMIT',
  /**
   * The same, but some of these connections are held by a node that gives no sign of life. Closes
   * with 4503.
   */
  CONNECTION_LIMIT_UNSURE: 'CONNECTION_LIMIT_UNSURE',
  /** No device of the uid is online that can answer a request. */
  OFFLINE: 'OFFLINE',
  /** A request was not answered in time. */
  TIMEOUT: 'TIMEOUT',
  /**
   * A handler refused the frame for a reason of its own (a `WsException` without a code); every
   * device refused a request.
   */
  REJECTED: 'REJECTED',
  /** The cluster cannot be reached now; the same call may succeed later. */
  UNAVAILABLE: 'UNAVAILABLE',
  /** The server failed; the cause is in its log. */
  INTERNAL: 'INTERNAL',
} as const;

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/**
 * WebSocket close codes. The range tells a client what to do: 4400–4499 are final (do not
 * reconnect with the same credentials), 4500–4599 mean reconnect with back-off. The others are
 * those of RFC 6455, section 7.4.1, and of the IANA registry that it opened.
 */
export const CloseCode = {
  /** The client, or the application, closed in good order. */
  NORMAL: 1000,
  /** This end goes away. */
  GOING_AWAY: 1001,
  /** Never sent: what `events$` tells when a connection ended without a close frame. */
  ABNORMAL: 1006,
  /** A text message was not UTF-8. */
  INVALID_UTF8: 1007,
  /** A message came in too many fragments. */
  POLICY_VIOLATION: 1008,
  /** A frame was larger than `maxPayload`. */
  MESSAGE_TOO_BIG: 1009,
  /** The server failed while it authenticated, or could not know yet who it was. */
  INTERNAL_ERROR: 1011,
  /** The server restarts: come back with back-off. */
  SERVICE_RESTART: 1012,
  /** Too many frames in a row were not of the protocol. */
  BAD_FRAMES: 4400,
  /** Authentication was required, failed or has expired. */
  UNAUTHORIZED: 4401,
  /** The application disconnected this uid or connection. */
  DISCONNECTED: 4403,
  /** A newer connection of the same uid took this one's place. */
  REPLACED: 4409,
  /** The uid already has as many connections as it may have. */
  CONNECTION_LIMIT: 4429,
  /** The uid has as many connections as it may have, some perhaps gone with their node. */
  CONNECTION_LIMIT_UNSURE: 4503,
  /** No first message within `authTimeout`. */
  AUTH_TIMEOUT: 4508,
  /** Retained messages for this uid were lost on the way; come back and recover. */
  MESSAGES_LOST: 4510,
  /** The client reads more slowly than messages for it arrive, or takes nothing any more. */
  SLOW_CONSUMER: 4513,
  /** More waits of this connection than `maxPendingBytes` or `maxStrangerBytes` allows. */
  TOO_MANY_PENDING: 4529,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
