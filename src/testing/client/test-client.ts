import { refusal } from '../../client/push-client-error.js';
import type {
  AnswerOf,
  EmitDataOf,
  EmitName,
  EmitReplyOf,
  EventMap,
  MessageOf,
  ReceivedEvent,
  RequestOf,
} from '../../protocol/event-map.js';
import type {
  AckData,
  FrameId,
  MessageData,
  Recipient,
  RequestData,
  ResponseData,
  SendResult,
  WelcomeData,
} from '../../protocol/frames.js';
import { matcherOf, wordsOf, type Match } from '../match.js';
import { TestRequest } from './test-request.js';
import { TestSocket, type SocketOptions } from './test-socket.js';

/** A frame of `push.v1.json`, as it came. */
export interface JsonFrame {
  event: string;
  data?: unknown;
  id?: FrameId;
}

/** A message, as it came. */
export interface TestMessage<Data = unknown> extends Omit<MessageData, 'data'> {
  data: Data;
}

/** Whoever sends: `ConnectionRegistryService` of a node. */
export interface SendsToConnection {
  /** As `ConnectionRegistryService.sendToConnection`. */
  sendToConnection(connectionId: string, data: unknown): Promise<unknown>;
}

/** Data of an event of the application that comes from the server: those that the map names have a type. */
export type EventDataOf<Events, Name> =
  Extract<ReceivedEvent<Events>, { event: Name }> extends never
    ? unknown
    : Extract<ReceivedEvent<Events>, { event: Name }>['data'];

/**
 * An authenticated client of `push.v1.json` for tests. Whatever comes waits in its queue until it
 * is taken; nothing is acknowledged, answered or connected again by itself. A wait that comes to
 * nothing throws an error that tells what came instead.
 */
export class TestClient<Events extends EventMap = EventMap> extends TestSocket<JsonFrame> {
  /** The server's answer to the login. */
  welcome: WelcomeData = { uid: '', connectionId: '' };
  private lastId = 0;

  /** @internal A client that is connected and has said nothing. */
  static async open<Events extends EventMap>(
    url: string,
    options: SocketOptions,
  ): Promise<TestClient<Events>> {
    const client = new TestClient<Events>(url, { protocols: 'push.v1.json', ...options });
    await client.opened();
    return client;
  }

  /** Who the client is. */
  get uid(): string {
    return this.welcome.uid;
  }

  /** The name of its connection. */
  get connectionId(): string {
    return this.welcome.connectionId;
  }

  protected decode(text: string): JsonFrame {
    return JSON.parse(text) as JsonFrame;
  }

  /**
   * Sends an `auth` frame with these data: `createTestClient` has done that once, later ones renew
   * the identity.
   *
   * @throws PushClientError with the server's code
   */
  async authenticate(data: Readonly<Record<string, unknown>>): Promise<WelcomeData> {
    return (this.welcome = (await this.answerTo('auth', data)) as WelcomeData);
  }

  /** The oldest message that was not taken and matches, now or when it comes. */
  async nextMessage<Data = MessageOf<Events>>(
    match?: Match<Data, TestMessage<Data>>,
  ): Promise<TestMessage<Data>> {
    return (await this.nextOf('message', match)) as TestMessage<Data>;
  }

  /**
   * Data of the oldest frame of this event that was not taken and matches: an event of the
   * application, or `settled`, `cancelled`, `error`.
   */
  async nextEvent<Name extends string>(
    event: Name,
    match?: Match<EventDataOf<Events, Name>>,
  ): Promise<EventDataOf<Events, Name>> {
    return await this.takeEvent(event, match, matcherOf(match));
  }

  /** What `request` of the service asks this device, now or when it comes. */
  async nextRequest(
    match?: Match<RequestOf<Events>, RequestData>,
  ): Promise<TestRequest<RequestOf<Events>, AnswerOf<Events>>> {
    const request = (await this.nextOf('request', match)) as RequestData;
    return new TestRequest(request, (response) => this.respond(response));
  }

  /**
   * Fails if anything has come that was not taken. It asks for it by a round trip instead of
   * waiting, so it can say nothing of what is not even sent: await what the application does
   * first.
   *
   * What it proves: whatever this node sent to the connection before it handled the client's ping
   * would be here. Of several nodes, whatever the `senders` had sent to the connection, or to its
   * uid, would be here as well: each sends one more message after it, and one sender's arrive in
   * order.
   *
   * @param senders the services of the other nodes that might have sent something
   */
  async expectNothing(...senders: readonly SendsToConnection[]): Promise<void> {
    const trace = new Error();
    for (const sender of senders) await this.fence(sender);
    const came = await this.settle();
    if (came.length === 0) return;
    const list = came.map((frame) => `\n  ${JSON.stringify(frame)}`).join('');
    trace.message = `Expected that nothing has come, but there was:${list}`;
    throw trace;
  }

  /** Takes out everything that has come before the server answered a ping. */
  async settle(): Promise<JsonFrame[]> {
    await this.answerTo('ping');
    return this.takeAll();
  }

  /**
   * Sends to a uid, several, a group, or "all", and waits for the server's answer.
   *
   * @throws PushClientError with the server's code
   */
  async send(to: Recipient, data: MessageOf<Events>): Promise<SendResult> {
    return (await this.answerTo('send', { to, data })) as SendResult;
  }

  /**
   * Sends to everyone, and waits for the server's answer.
   *
   * @throws PushClientError with the server's code
   */
  async broadcast(data: MessageOf<Events>): Promise<SendResult> {
    return (await this.answerTo('broadcast', { data })) as SendResult;
  }

  /**
   * Emits an event of the application and waits for the reply; for a handler that does not reply,
   * `write({ event, data })`.
   *
   * @returns data of the reply
   * @throws PushClientError with the server's code
   */
  async emit<Name extends EmitName<Events>>(
    event: Name,
    ...[data]: undefined extends EmitDataOf<Events, Name>
      ? [data?: EmitDataOf<Events, Name>]
      : [data: EmitDataOf<Events, Name>]
  ): Promise<EmitReplyOf<Events, Name>> {
    return (await this.answerTo(event, data)) as EmitReplyOf<Events, Name>;
  }

  /**
   * Acknowledges a retained message, and all before it.
   *
   * @returns the server's cursor of this device
   * @throws PushClientError with the server's code, `CONFLICT` when another device was first
   */
  async ack(message: Pick<MessageData, 'offset'>): Promise<number> {
    return ((await this.answerTo('ack', { offset: message.offset })) as AckData).offset;
  }

  /** Sends a frame with an id of its own and takes the reply, which may be an `error`. */
  exchange(event: string, data?: unknown): Promise<JsonFrame> {
    const id = this.nextId();
    this.write({ event, data, id });
    return this.take(`the reply to ${event} ${id}`, (frame) => frame.id === id);
  }

  private nextId(): string {
    return `test-${++this.lastId}`;
  }

  /** A response that is taken is not answered: what comes before the answer to a ping refuses it. */
  private async respond(data: ResponseData): Promise<void> {
    const id = this.nextId();
    this.write({ event: 'response', data, id });
    await this.answerTo('ping');
    const refused = this.takeArrived((frame) => frame.id === id);
    if (refused !== undefined) throw refusal(refused.data);
  }

  /** Data of the reply. */
  private async answerTo(event: string, data?: unknown): Promise<unknown> {
    const reply = await this.exchange(event, data);
    if (reply.event === 'error') throw refusal(reply.data);
    return reply.data;
  }

  /** Data of the next message or request, of which a part says what its own data are. */
  private nextOf(event: 'message' | 'request', match: unknown): Promise<unknown> {
    const isIt = matcherOf(match);
    const ofData = (whole: unknown): boolean => isIt((whole as { data: unknown }).data);
    return this.takeEvent(event, match, typeof match === 'function' ? isIt : ofData);
  }

  private async takeEvent(
    event: string,
    match: unknown,
    isIt: (data: unknown) => boolean,
  ): Promise<unknown> {
    const words = match === undefined ? '' : ` with ${wordsOf(match)}`;
    const isNext = (frame: JsonFrame): boolean => frame.event === event && isIt(frame.data);
    return (await this.take(`a frame ${event}${words}`, isNext)).data;
  }

  /** One more message of the sender, after all that it has sent before. */
  private async fence(sender: SendsToConnection): Promise<void> {
    const fence = `fence ${++this.lastId} of ${this.connectionId}`;
    await sender.sendToConnection(this.connectionId, fence);
    await this.nextOf('message', fence);
  }
}
