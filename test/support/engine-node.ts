import type { Engine, ConnectionLimit } from '../../src/engine/engine.js';
import type { NodeNote } from '../../src/engine/node-handler.js';
import type { Except, Target } from '../../src/engine/target.js';
import { JsonCodec } from '../../src/protocol/json.codec.js';
import { Message } from '../../src/protocol/message.js';
import type { PresenceData } from '../../src/protocol/frames.js';
import type { Connection } from '../../src/registry/connection.js';
import { LocalNode } from '../../src/registry/local-node.js';
import type { PushEvent } from '../../src/registry/push-event.js';
import type { OutboundFrame, Transport } from '../../src/registry/transport.js';
import { Signals } from '../../src/signals/signals.js';
import { Mailbox } from './mailbox.js';
import type { Closing } from './client.js';

const codec = new JsonCodec();

export interface Received {
  id: string;
  from?: string;
  data: unknown;
}

/** A connection without a socket: it keeps what is sent to it. */
export class FakeSocket implements Transport {
  readonly inbox = new Mailbox<Received>((message) => JSON.stringify(message));
  readonly closings = new Mailbox<Closing>((closing) => JSON.stringify(closing));
  connection!: Connection;
  readonly isClosed = false;

  constructor(private readonly node: EngineNode) {}

  get connectionId(): string {
    return this.connection.connectionId;
  }

  /** The data of everything received until now, in order. */
  get received(): unknown[] {
    return this.inbox.all.map(({ data }) => data);
  }

  deliver(frame: OutboundFrame): void {
    const { data } = JSON.parse(frame.text) as { data: Received };
    this.inbox.put(data);
  }

  deliverLate(frame: OutboundFrame): void {
    this.deliver(frame);
  }

  write(frame: OutboundFrame): void {
    this.deliver(frame);
  }

  shut(code: number, reason: string): void {
    this.closings.put({ code, reason });
  }

  attached(connection: Connection): void {
    this.connection = connection;
  }

  expireAt(): void {}

  abortOnClose(): void {}

  async next(): Promise<unknown> {
    return (await this.inbox.take('a message')).data;
  }

  waitForClose(): Promise<Closing> {
    return this.closings.take('the connection to be closed');
  }

  close(): void {
    this.node.local.detach(this.connection, 1000, '');
  }
}

export type PresenceChange = PushEvent & { type: 'online' | 'offline' };

/** One node of a cluster under test: the engine, the node that it serves, and its events. */
export class EngineNode {
  readonly events = new Mailbox<PushEvent>((event) => JSON.stringify(event));
  /** What other nodes have told this one under the kind `test`. */
  readonly notes = new Mailbox<NodeNote>((note) => JSON.stringify(note));
  /** What it was told of the uids that it watches. */
  readonly seen = new Mailbox<PresenceData>((presence) => JSON.stringify(presence));
  readonly local: LocalNode;
  stopped = false;
  private messages = 0;

  constructor(
    readonly engine: Engine,
    limit?: ConnectionLimit,
  ) {
    const options = {
      maxConnectionsPerUid: limit?.max ?? 0,
      connectionLimitPolicy: limit?.beyond ?? 'refuse',
      maxMessageBytes: 1_048_576,
    };
    this.local = new LocalNode(engine, options, new Signals());
    this.local.events.subscribe((event) => this.events.put(event));
    this.local.watcher = { seen: (presence) => this.seen.put(presence) };
    this.local.listen('test', (note) => this.notes.put(note));
  }

  async start(): Promise<this> {
    await this.engine.start(this.local);
    return this;
  }

  get isUp(): boolean {
    return this.engine.health().status === 'up';
  }

  /** What went on here with the cluster's presence, in order: `+uid` and `-uid`. */
  get presence(): string[] {
    return this.events.all.flatMap((event) => {
      if (event.type === 'online') return [`+${event.uid}`];
      return event.type === 'offline' ? [`-${event.uid}`] : [];
    });
  }

  /** What this node told of the presence of a uid. */
  changesOf(uid: string): PresenceChange[] {
    return this.events.all.filter(
      (event): event is PresenceChange =>
        (event.type === 'online' || event.type === 'offline') && event.uid === uid,
    );
  }

  /** What it was told of the uids that it watches, in order: `+uid` and `-uid`. */
  get sight(): string[] {
    return this.seen.all.map(({ uid, online }) => `${online ? '+' : '-'}${uid}`);
  }

  /** A connection of the uid on this node, or null when it was refused. */
  async tryConnect(uid: string, device?: string): Promise<FakeSocket | null> {
    const socket = new FakeSocket(this);
    const connection = await this.local.attach(socket, {
      uid,
      codec,
      device,
      address: '127.0.0.1',
    });
    return connection === null ? null : socket;
  }

  async connect(uid: string, device?: string): Promise<FakeSocket> {
    const socket = await this.tryConnect(uid, device);
    if (socket === null) throw new Error(`The connection of ${uid} was refused.`);
    return socket;
  }

  /** Publishes and answers the number of nodes. */
  async send(target: Target, data: unknown, except?: string[]): Promise<number> {
    const set: Except | undefined = except === undefined ? undefined : new Set(except);
    return this.engine.publish(target, this.message(data), set);
  }

  message(data: unknown, from?: string): Message {
    return Message.of(`${this.local.node}-${(++this.messages).toString(36)}`, data, from);
  }

  waitForOnline(uid: string): Promise<PresenceChange> {
    return this.waitForEvent('online', uid);
  }

  waitForOffline(uid: string): Promise<PresenceChange> {
    return this.waitForEvent('offline', uid);
  }

  closeAll(): void {
    for (const uid of [...this.local.uids()]) {
      this.local.disconnect({ kind: 'uid', uid }, { code: 1012, reason: 'end of test' });
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.closeAll();
    await this.engine.stop();
  }

  private async waitForEvent(type: 'online' | 'offline', uid: string): Promise<PresenceChange> {
    const event = await this.events.take(
      `${type} of ${uid}`,
      (one) => one.type === type && one.uid === uid,
    );
    return event as PresenceChange;
  }
}

export const toUid = (uid: string): Target & { kind: 'uid' } => ({ kind: 'uid', uid });
export const toUids = (...uids: string[]): Target => ({ kind: 'uids', uids });
export const toGroup = (group: string): Target => ({ kind: 'group', group });
export const toConnection = (connectionId: string): Target & { kind: 'connection' } => ({
  kind: 'connection',
  connectionId,
});
export const ALL: Target = { kind: 'all' };
