import type { EventMap, MessageOf, ReceivedEvent } from '../protocol/event-map.js';
import type { RecoveryFailure, SettledData } from '../protocol/frames.js';
import type { ClientState } from './client-state.js';
import type { ReceivedMessage } from './inbox.js';
import type { PushClientError } from './push-client-error.js';

/** Whether what was missed while there was no connection follows. */
export type Recovery =
  { recovered: true; reason?: undefined } | { recovered: false; reason: RecoveryFailure };

/** What a client tells. */
export interface ClientEvents<Events = EventMap> {
  /** A message has come. It is handled when the listener's promise, if it answers one, resolves. */
  message: ReceivedMessage<MessageOf<Events>>;
  state: ClientState;
  /**
   * After a reconnect that asked for what was missed, or when the server has lost the stream
   * meanwhile. `recovered: false`: messages are gone; load what you show anew.
   */
  recovered: Recovery;
  /** Another device has acknowledged this message first: take it off the screen. */
  settled: SettledData;
  /** An event of the application that answers no `emit`. */
  event: ReceivedEvent<Events>;
  /** Something failed that no promise tells. */
  error: PushClientError;
}
