export {
  PushClient,
  type Cancellation,
  type EmitArguments,
  type EmitOptions,
} from './push-client.js';
export type { ClientEvents, Recovery } from './client-events.js';
export { PushClientError, type ClientErrorCode } from './push-client-error.js';
export type { ClientState } from './client-state.js';
export type {
  AuthContext,
  AuthFunction,
  ClientCredential,
  ClientLimits,
  PushClientOptions,
} from './client.options.js';
export type { ReceivedMessage } from './inbox.js';
export type { SendOptions } from './outbox.js';
export type { PositionStorage } from './position.js';
export type { RequestContext } from './requests.js';
export type { Presence, PresenceListener, Watch } from './watches.js';
export type { WebSocketConstructor, WebSocketLike } from './web-socket.js';
export type { ErrorCode } from '../protocol/codes.js';
export type {
  AnswerOf,
  EmitDataOf,
  EmitName,
  EmitOf,
  EmitReplyOf,
  EventMap,
  MessageOf,
  ReceivedEvent,
  RequestOf,
} from '../protocol/event-map.js';
export type { Recipient, RecoveryFailure, SendResult, StreamPosition } from '../protocol/frames.js';
