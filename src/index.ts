export { PushModule } from './push.module.js';
export type { DeliveryOptions, PushHistoryOptions } from './delivery/delivery.options.js';
export type { EngineOptions } from './engine/engine.options.js';
export type { GatewayOptions } from './gateway/gateway.options.js';
export type {
  MadePushModuleOptions,
  PushModuleAsyncOptions,
  PushModuleOptions,
  PushOptionsFactory,
} from './push.options.js';
export type { RegistryOptions } from './registry/registry.options.js';
export type { RoutingOptions } from './routing/routing.options.js';
export type { WatchingOptions } from './watching/watching.options.js';

export { ConnectionRegistryService } from './service/connection-registry.service.js';
export type { KeptMessage, KeptMessages, MessagesQuery } from './delivery/archive.js';
export type {
  PlainSendOptions,
  PlainSendOutcome,
  SendOptions,
  SendOutcome,
} from './delivery/send-options.js';
export type { Receipt } from './delivery/receipts/receipt-options.js';
export type { ReceiptState } from './delivery/streams/receipt-note.js';
export type {
  RequestAnswer,
  RequestOptions,
  RequestOutcome,
  RequestPolicy,
} from './delivery/requests/request-options.js';
export {
  RequestRejectedException,
  type RequestRefusal,
} from './delivery/requests/request-rejected.exception.js';
export {
  UndeliveredHandler,
  type UndeliveredMessage,
} from './delivery/undelivered/undelivered-handler.js';
export type { PushEvent } from './registry/push-event.js';

export type { OwnReply } from './routing/frames/frame-handler.js';
export { PushGateway } from './routing/handlers/push-gateway.decorator.js';
export { UidGateway } from './routing/handlers/uid.gateway.js';
export { PushWsAdapter } from './gateway/push-ws.adapter.js';
export {
  Authenticator,
  type AuthenticationContext,
  type Identity,
} from './gateway/identity/authenticators/authenticator.js';
export { JwtAuthenticator } from './gateway/identity/authenticators/jwt.authenticator.js';
export type {
  JwtAlgorithm,
  JwtAuthenticatorOptions,
  JwtPublicKey,
  JwtSecret,
} from './gateway/identity/authenticators/jwt.options.js';
export { TrustUidAuthenticator } from './gateway/identity/authenticators/trust-uid.authenticator.js';

export { Connection, connectionOf, Uid } from './routing/handlers/decorators.js';
export { AllowAllRoutePolicy, RoutePolicy, UidsOnlyRoutePolicy } from './routing/route-policy.js';
export type { RouteTarget } from './engine/target.js';
export { AckDto } from './validation/ack.dto.js';
export { BroadcastDto } from './validation/broadcast.dto.js';
export { ResponseDto } from './validation/response.dto.js';
export { SendDto } from './validation/send.dto.js';
export { WatchDto } from './validation/watch.dto.js';
export type { PushSocket } from './routing/handlers/push-socket.js';
export { PushExceptionFilter } from './routing/handlers/push-exception.filter.js';

export { PushApiModule } from './http/push-api.module.js';
export type { PushApiModuleAsyncOptions, PushApiModuleOptions } from './http/push-api.options.js';

export type {
  Admission,
  ConnectionLimit,
  Counts,
  Engine,
  EngineHealth,
  Registration,
  UidPresence,
} from './engine/engine.js';
export type { NodeHandler, NodeNote } from './engine/node-handler.js';
export type { ConnectionInfo } from './engine/connection-info.js';
export type { Except, Member, Target } from './engine/target.js';
export { MemoryCluster } from './engine/memory/memory-cluster.js';
export type { MemoryClusterOptions } from './engine/memory/memory.options.js';
export { MemoryEngine } from './engine/memory/memory.engine.js';

export type {
  AckResult,
  Acknowledgement,
  Acknowledger,
  AppendOptions,
  Appended,
  Carrier,
  DeviceTrace,
  ExplainQuery,
  Explanation,
  History,
  HistoryKeeper,
  HistoryListener,
  Kept,
  KnownStream,
  Listing,
  MessageState,
  OpenRequest,
  Opened,
  Page,
  ReadFailure,
  ReadResult,
  Undelivered,
  WrittenNote,
} from './history/history.js';
export type { CheckedHistoryOptions, HistoryOptions } from './history/history.options.js';

export type { CloseRequest } from './protocol/close.js';
export type { Codec, CodecName } from './protocol/codec.js';
export { Codecs } from './protocol/codecs.js';
export { CloseCode, ErrorCode } from './protocol/codes.js';
export type { AnswerOf, EventMap, MessageOf, RequestOf } from './protocol/event-map.js';
export type {
  AckData,
  BroadcastData,
  ClientFrame,
  Credential,
  ErrorData,
  FirstFrame,
  FrameId,
  PresenceData,
  Recipient,
  Recover,
  RecoveryFailure,
  ResponseData,
  SendData,
  SendResult,
  SettledData,
  StreamData,
  StreamPosition,
  WatchData,
} from './protocol/frames.js';
export { JsonCodec } from './protocol/json.codec.js';
export type { MaybePromise } from './protocol/maybe-promise.js';
export { Message, type Awaited, type Notice, type PublishedNotice } from './protocol/message.js';
export type { FieldError } from './protocol/field-error.js';
export { PushException } from './protocol/push.exception.js';
export { TextCodec, type TextCodecOptions } from './protocol/text.codec.js';
