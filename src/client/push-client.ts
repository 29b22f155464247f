import type {
  AnswerOf,
  EmitDataOf,
  EmitName,
  EmitReplyOf,
  EventMap,
  MessageOf,
  RequestOf,
} from '../protocol/event-map.js';
import type { Recipient, SendResult } from '../protocol/frames.js';
import type { ClientEvents } from './client-events.js';
import { limitsOf, type PushClientOptions } from './client.options.js';
import type { ClientState } from './client-state.js';
import { finished, newEmitter } from './emitter.js';
import type { ReceivedMessage } from './inbox.js';
import { messagesOf } from './messages.js';
import type { SendOptions } from './outbox.js';
import { onAbort, quiet, stopAll } from './promises.js';
import { closed } from './push-client-error.js';
import type { RequestContext, RequestHandler } from './requests.js';
import { newSession, type Session } from './session.js';
import { newTraffic, type Traffic } from './traffic.js';
import type { PresenceListener, Watch } from './watches.js';

/** What ends a call before its time. */
export interface Cancellation {
  signal?: AbortSignal;
}

/** Options of `emit`. */
export interface EmitOptions extends SendOptions {
  /**
   * Whether an answer is waited for; without one the promise resolves when the frame is sent.
   * @default true
   */
  reply?: boolean | undefined;
}

/** What `emit` takes beside the name: the data, which may be left out where there is none. */
export type EmitArguments<Data> = undefined extends Data
  ? [data?: Data, options?: EmitOptions]
  : [data: Data, options?: EmitOptions];

/**
 * A client of `nestjs-uid-push`: connects, authenticates, comes back, and resumes where it was.
 * The map of events types what is sent and received. A promise of it that nobody awaits never
 * becomes an unhandled rejection.
 */
export class PushClient<Events extends EventMap = EventMap> {
  readonly #emitter = newEmitter<ClientEvents>();
  readonly #traffic: Traffic;
  readonly #session: Session;

  /**
   * @param address of the socket, `wss://…`
   * @throws TypeError that names the option that is wrong
   */
  constructor(address: string | URL, options: PushClientOptions) {
    const url = String(address);
    const limits = limitsOf(options);
    const emitter = this.#emitter;
    const traffic = (this.#traffic = newTraffic(emitter, url, options, limits));
    this.#session = newSession(url, options, limits, traffic, emitter);
  }

  /** Where the client is now: `name` says which, the other members belong to it. */
  get state(): ClientState {
    return this.#session.state();
  }

  /**
   * Connects, and comes back whenever the connection breaks, until it is closed. Resolves when
   * the server has accepted the credential.
   *
   * @param cancellation its `signal` closes the client when it aborts before that
   * @throws PushClientError when the client is closed before, with the reason
   */
  connect({ signal }: Cancellation = {}): Promise<{ uid: string; connectionId: string }> {
    return quiet(
      new Promise((resolve, reject) => {
        if (signal?.aborted) throw signal.reason;
        this.#session.begin();
        const settle = (state: ClientState): void => {
          if (state.name === 'connected') resolve(state);
          else if (state.name === 'closed') reject(state.error ?? signal?.reason ?? closed());
          else return;
          stop();
        };
        const stop = stopAll(
          this.#emitter.on('state', settle),
          onAbort(signal, () => this.close()),
        );
        settle(this.state);
      }),
    );
  }

  /**
   * Closes, and stays closed until `connect()`. What waits for an answer or for a connection
   * rejects.
   */
  close(): void {
    this.#session.close();
  }

  /** Looks at once whether the connection is alive, or connects: for a device that woke up. */
  wake(): void {
    this.#session.wake();
  }

  /**
   * Listens.
   *
   * @returns how to stop listening
   */
  on<Name extends keyof ClientEvents<Events>>(
    name: Name,
    listener: (value: ClientEvents<Events>[Name]) => unknown,
    { signal }: Cancellation = {},
  ): () => void {
    const anyListener = listener as (value: unknown) => unknown;
    const { inbox } = this.#traffic;
    const stop =
      name === 'message'
        ? inbox.add((delivery) => {
            const call = finished(this.#emitter, () => anyListener(delivery.message));
            void call.then(() => inbox.finish(delivery));
          })
        : this.#emitter.on(name, anyListener);
    return stopAll(stop, onAbort(signal, stop));
  }

  /**
   * Messages one after another, each handled before the next: `for await (const m of …)`. Ends
   * when the client is closed, with an error if it was not the application that closed it, or
   * when the signal aborts.
   */
  messages({ signal }: Cancellation = {}): AsyncGenerator<
    ReceivedMessage<MessageOf<Events>>,
    undefined
  > {
    return messagesOf(this.#traffic.inbox, (end) => {
      const onState = (state: ClientState): void => {
        if (state.name === 'closed') end(state.error);
      };
      return stopAll(
        this.#emitter.on('state', onState),
        onAbort(signal, () => end()),
      );
    });
  }

  /**
   * Sends to a uid, several, a group, or "all".
   *
   * @returns the message's id, and how many nodes hold a connection of a recipient
   * @throws PushClientError the server's refusal, or a ClientErrorCode
   */
  send(to: Recipient, data: MessageOf<Events>, options?: SendOptions): Promise<SendResult> {
    return this.#traffic.post('send', { to, data }, options) as Promise<SendResult>;
  }

  /** Sends to everyone; answers as `send` does. */
  broadcast(data: MessageOf<Events>, options?: SendOptions): Promise<SendResult> {
    return this.#traffic.post('broadcast', { data }, options) as Promise<SendResult>;
  }

  /**
   * Emits an event of the application.
   *
   * @returns data of the reply
   * @throws PushClientError as `send`; TIMEOUT when the application does not reply
   */
  emit<Name extends EmitName<Events>>(
    event: Name,
    ...[data, options]: EmitArguments<EmitDataOf<Events, Name>>
  ): Promise<EmitReplyOf<Events, Name>> {
    const reply = this.#traffic.post(event, data, options);
    return reply as Promise<EmitReplyOf<Events, Name>>;
  }

  /**
   * Answers what the server asks this device; a later handler takes the place of the former. To
   * refuse, throw a PushClientError: the server is told its code and message.
   *
   * @returns how to stop answering
   */
  onRequest(
    handler: (
      data: RequestOf<Events>,
      context: RequestContext,
    ) => AnswerOf<Events> | Promise<AnswerOf<Events>>,
  ): () => void {
    return this.#traffic.handle(handler as RequestHandler);
  }

  /**
   * Acknowledges a message and all before it.
   *
   * @returns the server's cursor of this device, which never goes back
   * @throws PushClientError CONFLICT when another device has settled it; STALE when it is not
   *   retained, or its stream is no more
   */
  ack({ position }: ReceivedMessage, options?: Cancellation): Promise<number> {
    return quiet(this.#traffic.ack(position, options));
  }

  /**
   * Watches who is online, as far as the server's route policy lets it, also after a reconnect. A
   * refusal is told to `error` listeners.
   *
   * @param listener told how each uid stands, and then of each change
   * @param options.signal stops it when it aborts
   * @returns what is known, and how to stop watching
   * @throws PushClientError PAYLOAD_TOO_LARGE when the list is longer than a frame may be
   */
  watch(uids: readonly string[], listener: PresenceListener, options?: Cancellation): Watch {
    return this.#traffic.watch(uids, listener, options);
  }
}
