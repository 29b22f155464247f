import type {
  CancelledData,
  MessageData,
  PresenceData,
  RequestData,
  SettledData,
  StreamData,
  WatchedData,
  WelcomeData,
} from '../protocol/frames.js';
import { newAcknowledger } from './acknowledger.js';
import type { ClientEvents, Recovery } from './client-events.js';
import type { PushClientOptions } from './client.options.js';
import type { Emitter } from './emitter.js';
import { encoderFor, type ServerEnvelope } from './envelope.js';
import { newInbox } from './inbox.js';
import { newOutbox, type OutboxLimits } from './outbox.js';
import { newPosition } from './position.js';
import { closed, refusal, type PushClientError } from './push-client-error.js';
import { newRequests } from './requests.js';
import { newWatches } from './watches.js';

export interface TrafficLimits extends OutboxLimits {
  maxFrameBytes: number;
  maxWaiting: number;
}

type Send = (text: string) => void;

export type Traffic = ReturnType<typeof newTraffic>;

/** What goes between the application and its connections, whichever is there now. */
export function newTraffic(
  emitter: Emitter<ClientEvents>,
  url: string,
  { device = '', storage, storageKey, unread, acknowledge }: PushClientOptions,
  limits: TrafficLimits,
) {
  const encode = encoderFor(limits.maxFrameBytes);
  const key = storageKey ?? `push:${url.split('?')[0]}:${device}`;
  const position = newPosition(storage, key, unread, emitter);
  const outbox = newOutbox(encode, limits);
  const requests = newRequests(encode, outbox.tell, emitter);
  const watches = newWatches(encode, outbox, emitter);
  const acknowledger = newAcknowledger(encode, outbox, position);
  const inbox = newInbox(limits.maxWaiting, emitter, (handled) => {
    if (acknowledge !== 'manual') acknowledger.advance(handled);
  });
  let lastUid: string | undefined;

  /** Where the stream is now, and whether what was missed comes. */
  const place = (stream: StreamData): void => {
    if (position.welcome(stream)) inbox.restart();
    const { recovered, reason } = stream;
    if (recovered !== undefined) emitter.emit('recovered', { recovered, reason } as Recovery);
  };

  const deliver = ({ offset, ...message }: MessageData): void => {
    if (offset === undefined) return inbox.put(message);
    const accepted = position.accept(offset);
    if (accepted) inbox.put({ ...message, position: accepted });
  };

  return {
    inbox,
    post: outbox.post,
    begin: outbox.begin,
    handle: requests.handle,
    ack: acknowledger.ack,
    watch: watches.watch,
    recover: position.recover,

    /** There is a connection, and how to send on it. */
    welcomed({ uid, stream }: WelcomeData, send: Send): void {
      // What waits was meant for, and by, the user who was here before.
      if (lastUid && lastUid !== uid) {
        inbox.clear();
        outbox.end(closed());
        outbox.begin();
      }
      lastUid = uid;
      if (stream) place(stream);
      outbox.open(send);
      watches.open();
      acknowledger.flush();
    },

    received(frame: ServerEnvelope): void {
      if (outbox.answer(frame)) return;
      const { event, data } = frame;
      switch (event) {
        case 'message':
          return deliver(data as MessageData);
        case 'settled':
          inbox.settle((data as SettledData).id);
          return emitter.emit('settled', data as SettledData);
        case 'epoch':
          if (!position.isCurrent(data as StreamData)) place(data as StreamData);
          return;
        case 'request':
          return void requests.ask(data as RequestData);
        case 'cancelled':
          return requests.cancel((data as CancelledData).id);
        case 'watched':
          return (data as WatchedData).presence.forEach(watches.seen);
        case 'presence':
          return watches.seen(data as PresenceData);
        case 'error':
          return emitter.report(refusal(data));
        case 'pong':
          return;
        default:
          emitter.emit('event', { event, data });
      }
    },

    /** The connection is gone, and what was under way with it. */
    lost(): void {
      acknowledger.flush();
      outbox.lost();
      requests.cancelAll();
    },

    /** There will be no other. */
    closed(error: PushClientError): void {
      outbox.end(error);
    },
  };
}
