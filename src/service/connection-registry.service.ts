import { NEVER, type Observable } from 'rxjs';
import { Inject, Injectable } from '@nestjs/common';
import type { Target } from '../engine/target.js';
import type { ConnectionInfo } from '../engine/connection-info.js';
import {
  ENGINE,
  type Counts,
  type Engine,
  type EngineHealth,
  type UidPresence,
} from '../engine/engine.js';
import type { Explanation } from '../history/history.js';
import type { CloseRequest } from '../protocol/close.js';
import type { AnswerOf, EventMap, MessageOf, RequestOf } from '../protocol/event-map.js';
import type { MaybePromise } from '../protocol/maybe-promise.js';
import { Archive, type KeptMessages, type MessagesQuery } from '../delivery/archive.js';
import type { RequestOptions, RequestOutcome } from '../delivery/requests/request-options.js';
import { Requests } from '../delivery/requests/requests.js';
import type {
  PlainSendOptions,
  PlainSendOutcome,
  SendOptions,
  SendOutcome,
} from '../delivery/send-options.js';
import { Sender } from '../delivery/sender.js';
import { Sends } from '../delivery/sends.js';
import { Undelivered } from '../delivery/undelivered/undelivered.js';
import type { UndeliveredMessage } from '../delivery/undelivered/undelivered-handler.js';
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
} from './arguments.js';
import { LocalNode } from '../registry/local-node.js';
import type { PushEvent } from '../registry/push-event.js';

/**
 * Sends to users and asks who is here, over the whole cluster. Inject it anywhere.
 *
 * `data` is any JSON value. Wherever a call takes "a uid or a connectionId", the two are told
 * apart by their form. Each call throws `PushException` with a stable `code`:
 * `VALIDATION_FAILED` with `details` when an argument is broken, `UNAVAILABLE` when the cluster
 * cannot be reached.
 *
 * @typeParam Events what is sent and asked: the map that types a `PushClient` as well. Nest injects
 *   `ConnectionRegistryService<ShopEvents>` as it does the bare class; left out, anything may be
 *   sent. Nothing is checked while the application runs.
 */
@Injectable()
export class ConnectionRegistryService<Events extends EventMap = EventMap> {
  /** Connected, disconnected and refused of this node, online and offline of the cluster. */
  readonly events$: Observable<PushEvent>;

  /**
   * Messages that no device acknowledged within their `undeliveredAfter`. Each is told once in the
   * whole cluster, on one of the nodes where this is subscribed to, or that have an
   * `undeliveredHandler`; what is still to be done with it is safe with such a handler only.
   */
  readonly undelivered$: Observable<UndeliveredMessage>;

  /** @internal */
  constructor(
    private readonly sender: Sender,
    private readonly sends: Sends,
    private readonly requests: Requests,
    private readonly archive: Archive,
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(Undelivered) undelivered: Undelivered | null,
    local: LocalNode,
  ) {
    this.undelivered$ = undelivered?.messages.asObservable() ?? NEVER;
    this.events$ = local.events.asObservable();
  }

  /** Sends to every connection of the uid. Nobody online is no error: `nodes` is 0. */
  async sendToUid(
    uid: string,
    data: MessageOf<Events>,
    options?: SendOptions,
  ): Promise<SendOutcome> {
    return this.send({ kind: 'uid', uid: checkUid(uid) }, data, options);
  }

  /** Sends to every connection of each of the uids, once to each however often it is named. */
  async sendToUids(
    uids: readonly string[],
    data: MessageOf<Events>,
    options?: SendOptions,
  ): Promise<SendOutcome> {
    const target = { kind: 'uids', uids: checkUids(uids) } as const;
    this.sender.checkRecipients(target, 'uids');
    return this.send(target, data, options);
  }

  /**
   * Sends to every connection in the group. Retained: to each uid that `uidsInGroup` names, and so
   * to all connections that these have or will have.
   */
  async sendToGroup(
    group: string,
    data: MessageOf<Events>,
    options?: SendOptions,
  ): Promise<SendOutcome> {
    return this.send({ kind: 'group', group: checkGroup(group) }, data, options);
  }

  /** Sends to one connection: one device or tab. */
  async sendToConnection(
    connectionId: string,
    data: MessageOf<Events>,
    options?: PlainSendOptions,
  ): Promise<PlainSendOutcome> {
    const target = { kind: 'connection', connectionId: checkConnectionId(connectionId) } as const;
    return this.send(target, data, options);
  }

  /** Sends to every authenticated connection. */
  async broadcast(data: MessageOf<Events>, options?: PlainSendOptions): Promise<PlainSendOutcome> {
    return this.send({ kind: 'all' }, data, options);
  }

  /**
   * Asks the devices of a uid that speak json, wherever they are, and answers what they answered.
   * Devices that have not answered when the request is over are told so.
   *
   * @typeParam T what a device answers, by default what the map of events says; nothing checks it
   * @throws RequestRejectedException `REJECTED` when every device refused, with their reasons
   * @throws PushException `OFFLINE` when no device that can answer is online, or all have gone
   *   meanwhile; `TIMEOUT`; `RATE_LIMITED` beyond `maxPendingRequests`
   */
  async request<T = AnswerOf<Events>>(
    uid: string,
    data: RequestOf<Events>,
    options: RequestOptions = {},
  ): Promise<RequestOutcome<T>> {
    const outcome = this.requests.ask(checkUid(uid), data, checkRequestOptions(options));
    return outcome as Promise<RequestOutcome<T>>;
  }

  /** What is kept for the uid, in order, and what became of each message; needs a `history`. */
  async messages(uid: string, query: MessagesQuery = {}): Promise<KeptMessages> {
    const { after, limit } = checkMessagesQuery(query);
    return this.archive.messages(checkUid(uid), after, limit);
  }

  /**
   * What became of a retained message, by the id that its send answered; undefined for one that is
   * not kept, or not any more. Needs a `history`.
   *
   * @param query `uid`: for which of those that it was sent to; any of them if left out
   */
  async explain(id: string, query: { uid?: string } = {}): Promise<Explanation | undefined> {
    const uid = query.uid === undefined ? undefined : checkUid(query.uid);
    return this.archive.explain(checkMessageId(id), uid);
  }

  /** Whether the uid has a connection anywhere in the cluster. */
  async isOnline(uid: string): Promise<boolean> {
    const [online] = await this.engine.online([checkUid(uid)]);
    return online;
  }

  /** The same for many uids, in one round trip. */
  async online(uids: readonly string[]): Promise<Map<string, boolean>> {
    const names = checkUids(uids);
    const answers = await this.engine.online(names);
    return new Map(names.map((uid, index) => [uid, answers[index]]));
  }

  /**
   * The same with `seq`, to go with the events of the uid: those with this `seq` or a lower one are
   * older than the answer.
   */
  async presence(uid: string): Promise<UidPresence> {
    return this.engine.presence(checkUid(uid));
  }

  /** What is known of each connection of the uid. */
  async connectionsOf(uid: string): Promise<ConnectionInfo[]> {
    return this.engine.connectionsOf(checkUid(uid));
  }

  /** How many connections, uids online and nodes there are, in one round trip. */
  async counts(): Promise<Counts> {
    return this.engine.counts();
  }

  /** How many connections there are. */
  async countConnections(): Promise<number> {
    return (await this.counts()).connections;
  }

  /** How many uids are online. */
  async countUids(): Promise<number> {
    return (await this.counts()).uids;
  }

  /** How many nodes the cluster has, those without sockets included. */
  async countNodes(): Promise<number> {
    return (await this.counts()).nodes;
  }

  /**
   * Every uid that is online. A uid that comes or goes during the iteration may be in it or not;
   * none is in it twice.
   */
  async *uids(): AsyncIterableIterator<string> {
    for await (const batch of this.engine.uids()) yield* batch;
  }

  /** Uids that are members, online or not, and the uids of connections that are. */
  async uidsInGroup(group: string): Promise<string[]> {
    return this.engine.uidsInGroup(checkGroup(group));
  }

  /**
   * Makes a uid, with all connections that it has or will have, or one connection a member of
   * the group. A uid stays one until `leaveGroup` or `dissolveGroup`, also while it is offline;
   * a connection until it closes. A connection that has gone is no error.
   */
  async joinGroup(uidOrConnectionId: string, group: string): Promise<void> {
    await this.engine.joinGroup(checkMember(uidOrConnectionId), checkGroup(group));
  }

  /** Undoes `joinGroup` with the same arguments. */
  async leaveGroup(uidOrConnectionId: string, group: string): Promise<void> {
    await this.engine.leaveGroup(checkMember(uidOrConnectionId), checkGroup(group));
  }

  /** Takes every member out of the group. */
  async dissolveGroup(group: string): Promise<void> {
    await this.engine.dissolveGroup(checkGroup(group));
  }

  /**
   * Closes the connections of the uid, or the one connection, wherever they are; of a uid also
   * those that are still being authenticated.
   *
   * @param close `code`: 1000 or 3000 to 4999, default 4403; `reason`: at most 123 bytes
   * @returns how many nodes held one
   */
  async disconnect(
    uidOrConnectionId: string,
    close?: Partial<{ [Name in keyof CloseRequest]: CloseRequest[Name] | undefined }>,
  ): Promise<{ nodes: number }> {
    const nodes = await this.engine.disconnect(checkMember(uidOrConnectionId), checkClose(close));
    return { nodes };
  }

  /** How it goes with what carries messages between nodes, as of now; asks nobody. */
  health(): EngineHealth {
    return this.engine.health();
  }

  private send(target: Target, data: unknown, options?: SendOptions): MaybePromise<SendOutcome> {
    if (options === undefined) return this.sender.send(target, { data });
    const request = { data, except: checkExcept(options.except) };
    const key = checkIdempotencyKey(options.idempotencyKey);
    return this.sends.send(target, request, {
      retention: checkRetention(options),
      key: key === undefined ? undefined : { scope: APPLICATION, key },
    });
  }
}

/** Whose the idempotency keys of this service's callers are. */
const APPLICATION = '';
