import { Subject } from 'rxjs';
import type { KeptMessages, MessagesQuery } from '../../delivery/archive.js';
import type { RequestOptions, RequestOutcome } from '../../delivery/requests/request-options.js';
import type { Receipt } from '../../delivery/receipts/receipt-options.js';
import type { Retention } from '../../delivery/retained-sends.js';
import type {
  PlainSendOptions,
  PlainSendOutcome,
  SendOptions,
  SendOutcome,
} from '../../delivery/send-options.js';
import type { UndeliveredMessage } from '../../delivery/undelivered/undelivered-handler.js';
import type { ConnectionInfo } from '../../engine/connection-info.js';
import type { Counts, EngineHealth, UidPresence } from '../../engine/engine.js';
import type { Except, Target } from '../../engine/target.js';
import type { Explanation } from '../../history/history.js';
import type { EventMap } from '../../protocol/event-map.js';
import { ErrorCode } from '../../protocol/codes.js';
import { Message } from '../../protocol/message.js';
import { PushException } from '../../protocol/push.exception.js';
import type { PushEvent } from '../../registry/push-event.js';
import {
  checkClose,
  checkConnectionId,
  checkExcept,
  checkGroup,
  checkIdempotencyKey,
  checkMember,
  checkMessageId,
  checkMessagesQuery,
  checkRequestOptions,
  checkRetention,
  checkUid,
  checkUids,
} from '../../service/arguments.js';
import type { ConnectionRegistryService } from '../../service/connection-registry.service.js';
import { CannedPresence, NODE } from './canned-presence.js';
import { CannedStreams } from './canned-streams.js';
import type { AskedOf, CannedAnswer, Disconnected, Recording, Sent } from './recording.js';

/** Everything that the service has, so that the compiler misses what is missing here. */
type Service = Pick<ConnectionRegistryService, keyof ConnectionRegistryService>;

/** A ConnectionRegistryService that sends nothing, and what a test sees of it. */
export type RecordingPush<Events extends EventMap = EventMap> = Recording &
  ConnectionRegistryService<Events>;

/**
 * A `ConnectionRegistryService` for unit tests: it checks arguments as the real one does, records
 * what is sent, and knows of nobody but whom the test lets arrive.
 *
 * `overrideProvider(ConnectionRegistryService).useValue(push)`, or `new OrdersService(push)`.
 *
 * @typeParam Events the map that the application's service has, if it has one
 */
export function createRecordingPush<Events extends EventMap = EventMap>(): RecordingPush<Events> {
  // It has all that a caller can see of the service; private members are nobody's concern.
  return new Recorder() as Recording & Service as RecordingPush<Events>;
}

class Recorder implements Service, Recording {
  readonly sent: Sent[] = [];
  readonly asked: AskedOf[] = [];
  readonly disconnected: Disconnected[] = [];
  failure: Error | undefined;
  readonly #events = new Subject<PushEvent>();
  readonly #undelivered = new Subject<UndeliveredMessage>();
  readonly events$ = this.#events.asObservable();
  readonly undelivered$ = this.#undelivered.asObservable();
  readonly #presence = new CannedPresence((event) => this.tell(event));
  readonly #streams = new CannedStreams();
  readonly #answers = new Map<string, CannedAnswer>();
  readonly #outcomes = new Map<string, SendOutcome>();
  /** Of each send, by its place in `sent`, whether it went to a uid. */
  readonly #wentTo: ((uid: string) => boolean)[] = [];

  sentTo(uid: string): unknown[] {
    return this.sent.filter((_, i) => this.#wentTo[i](uid)).map(({ data }) => data);
  }

  arrive(uid: string, details: Partial<ConnectionInfo> = {}): ConnectionInfo {
    return this.#presence.arrive(checkUid(uid), details);
  }

  leave(uidOrConnectionId: string, { code = 1000, reason = '' } = {}): void {
    this.#presence.leave(checkMember(uidOrConnectionId), { code, reason });
  }

  answer(uid: string, answer: CannedAnswer): void {
    this.#answers.set(checkUid(uid), answer);
  }

  tell(event: PushEvent): void {
    this.#events.next(event);
  }

  tellUndelivered(message: UndeliveredMessage): void {
    this.#undelivered.next(message);
  }

  async sendToUid(uid: string, data: unknown, options?: SendOptions): Promise<SendOutcome> {
    const target = { kind: 'uid', uid: checkUid(uid) } as const;
    return this.#send(target, { method: 'sendToUid', target: uid, data, options });
  }

  async sendToUids(
    uids: readonly string[],
    data: unknown,
    options?: SendOptions,
  ): Promise<SendOutcome> {
    const target = { kind: 'uids', uids: checkUids(uids) } as const;
    return this.#send(target, { method: 'sendToUids', target: target.uids, data, options });
  }

  async sendToGroup(group: string, data: unknown, options?: SendOptions): Promise<SendOutcome> {
    const target = { kind: 'group', group: checkGroup(group) } as const;
    return this.#send(target, { method: 'sendToGroup', target: group, data, options });
  }

  async sendToConnection(
    connectionId: string,
    data: unknown,
    options?: PlainSendOptions,
  ): Promise<PlainSendOutcome> {
    const target = { kind: 'connection', connectionId: checkConnectionId(connectionId) } as const;
    return this.#send(target, { method: 'sendToConnection', target: connectionId, data, options });
  }

  async broadcast(data: unknown, options?: PlainSendOptions): Promise<PlainSendOutcome> {
    return this.#send({ kind: 'all' }, { method: 'broadcast', target: 'all', data, options });
  }

  async request<T = unknown>(
    uid: string,
    data: unknown,
    options: RequestOptions = {},
  ): Promise<RequestOutcome<T>> {
    const question = asJson(data);
    this.asked.push({ uid: checkUid(uid), data: question, options: checkRequestOptions(options) });
    await this.#reach();
    const [device] = this.#presence.of(uid);
    const canned = this.#answers.get(uid);
    if (device === undefined) throw offline();
    if (canned === undefined) throw unanswered(uid);
    const answer: unknown = await (typeof canned === 'function' ? canned(question) : canned);
    return { answers: [{ ...nameOf(device), data: answer as T }] };
  }

  async messages(uid: string, query: MessagesQuery = {}): Promise<KeptMessages> {
    const part = checkMessagesQuery(query);
    await this.#reach();
    return this.#streams.messages(checkUid(uid), part);
  }

  async explain(id: string, { uid }: { uid?: string } = {}): Promise<Explanation | undefined> {
    const of = uid === undefined ? undefined : checkUid(uid);
    await this.#reach();
    return this.#streams.explain(checkMessageId(id), of);
  }

  async isOnline(uid: string): Promise<boolean> {
    return (await this.presence(uid)).online;
  }

  async online(uids: readonly string[]): Promise<Map<string, boolean>> {
    const names = checkUids(uids);
    await this.#reach();
    return new Map(names.map((uid) => [uid, this.#presence.of(uid).length > 0]));
  }

  async presence(uid: string): Promise<UidPresence> {
    const online = this.#presence.of(checkUid(uid)).length > 0;
    await this.#reach();
    return { online, seq: this.#presence.seq };
  }

  async connectionsOf(uid: string): Promise<ConnectionInfo[]> {
    const connections = this.#presence.of(checkUid(uid));
    await this.#reach();
    return connections;
  }

  async counts(): Promise<Counts> {
    await this.#reach();
    const all = this.#presence.all();
    // Its own node is there, with or without connections.
    const nodes = Math.max(1, nodesOf(all));
    return { connections: all.length, uids: this.#presence.uids().length, nodes };
  }

  async countConnections(): Promise<number> {
    return (await this.counts()).connections;
  }

  async countUids(): Promise<number> {
    return (await this.counts()).uids;
  }

  async countNodes(): Promise<number> {
    return (await this.counts()).nodes;
  }

  async *uids(): AsyncIterableIterator<string> {
    await this.#reach();
    yield* this.#presence.uids();
  }

  async uidsInGroup(group: string): Promise<string[]> {
    const uids = this.#presence.uidsInGroup(checkGroup(group));
    await this.#reach();
    return uids;
  }

  async joinGroup(uidOrConnectionId: string, group: string): Promise<void> {
    const member = checkMember(uidOrConnectionId);
    await this.#reach();
    this.#presence.join(member, checkGroup(group));
  }

  async leaveGroup(uidOrConnectionId: string, group: string): Promise<void> {
    const member = checkMember(uidOrConnectionId);
    await this.#reach();
    this.#presence.part(member, checkGroup(group));
  }

  async dissolveGroup(group: string): Promise<void> {
    const name = checkGroup(group);
    await this.#reach();
    this.#presence.dissolve(name);
  }

  async disconnect(
    uidOrConnectionId: string,
    options?: Parameters<Service['disconnect']>[1],
  ): Promise<{ nodes: number }> {
    const [member, close] = [checkMember(uidOrConnectionId), checkClose(options)];
    this.disconnected.push({ uidOrConnectionId, close });
    await this.#reach();
    const nodes = nodesOf(this.#presence.within(member));
    this.#presence.leave(member, close);
    return { nodes };
  }

  health(): EngineHealth {
    const { failure } = this;
    if (failure === undefined) return { status: 'up', details: {} };
    return { status: 'down', reason: failure.message, details: {} };
  }

  /** Records at once: a subject need not wait for its sends. */
  #send(target: Target, { data, options, ...sent }: Sent): Promise<SendOutcome> {
    const except = checkExcept(options?.except) ?? NOBODY;
    const key = checkIdempotencyKey(options?.idempotencyKey);
    const retention = checkRetention(options ?? {});
    const plain = asJson(data);
    if (this.failure !== undefined) throw this.failure;
    const first = key === undefined ? undefined : this.#outcomes.get(key);
    if (first !== undefined) return Promise.resolve({ ...first, repeated: true });
    this.sent.push({ ...sent, data: plain, ...(options && { options }) });
    const uids = this.#uidsOf(target);
    this.#wentTo.push((uid) => !except.has(uid) && (uids?.includes(uid) ?? true));
    const outcome: SendOutcome = {
      id: `${NODE}-${this.sent.length.toString(36)}`,
      nodes: nodesOf(this.#presence.within(target)),
    };
    if (retention !== undefined) this.#retain(target, plain, outcome, retention, except);
    if (key !== undefined) this.#outcomes.set(key, outcome);
    return Promise.resolve(outcome);
  }

  /** Appends it to the stream of each uid, and adds to the outcome what a send answers then. */
  #retain(
    target: Target,
    data: unknown,
    outcome: SendOutcome,
    { receipt }: Retention,
    except: Except,
  ): void {
    const uids = (this.#uidsOf(target) ?? []).filter((uid) => !except.has(uid));
    const places = uids.map((uid) => this.#streams.append(uid, outcome.id, data));
    if (target.kind === 'uid') Object.assign(outcome, places[0]);
    if (receipt === undefined) return;
    const devices = this.#presence.within({ kind: 'uids', uids });
    outcome.receipts = devices.map((device) => ({ ...nameOf(device), state: receipt.wanted }));
  }

  /** Uids that a message for the target goes to; undefined for everyone. */
  #uidsOf(target: Target): readonly string[] | undefined {
    switch (target.kind) {
      case 'uid':
        return [target.uid];
      case 'uids':
        return [...new Set(target.uids)];
      case 'group':
        return this.#presence.uidsInGroup(target.group);
      case 'connection':
        return this.#presence.within(target).map(({ uid }) => uid);
      case 'all':
        return undefined;
    }
  }

  /** Where the real service asks its engine. */
  async #reach(): Promise<void> {
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
  }
}

const NOBODY: Except = new Set();

/** @throws PushException VALIDATION_FAILED when it has no JSON form */
function asJson(data: unknown): unknown {
  return JSON.parse(Message.of('', data).json);
}

function nodesOf(connections: readonly ConnectionInfo[]): number {
  return new Set(connections.map(({ node }) => node)).size;
}

function nameOf({ connectionId, device }: ConnectionInfo): Omit<Receipt, 'state'> {
  return device === undefined ? { connectionId } : { connectionId, device };
}

function offline(): PushException {
  const sentence = 'No device that can answer is online: let the uid arrive() first.';
  return new PushException(ErrorCode.OFFLINE, sentence);
}

function unanswered(uid: string): Error {
  const name = JSON.stringify(uid);
  return new Error(`The test has not said what ${name} answers: push.answer(${name}, …).`);
}
