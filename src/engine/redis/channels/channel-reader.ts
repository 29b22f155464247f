import { Logger } from '@nestjs/common';
import type { Member, Target } from '../../target.js';
import type { NodeHandler } from '../../node-handler.js';
import { CloseCode } from '../../../protocol/codes.js';
import {
  decode,
  encodeAnswer,
  signature,
  type Delivery,
  type Order,
  type Told,
} from './envelope.js';
import type { Groups } from './groups.js';
import { parseChannel, type Channel } from '../names.js';
import type { Questions } from './questions.js';
import type { Shard } from '../servers/shard.js';
import type { Shards } from '../servers/shards.js';
import { reasonOf } from '../servers/unavailable.js';

/** Malformed messages are logged at most so often. */
const LOG_INTERVAL = 60_000;

const GONE = { code: CloseCode.DISCONNECTED, reason: 'disconnected by the server' };

/** What comes from the channels that this node listens on, and what becomes of it. */
export class ChannelReader {
  /** Messages that could not be read, and were skipped. */
  malformed = 0;
  /** Messages of programs that were larger than the limit, and were skipped. */
  oversized = 0;
  private readonly logger = new Logger('RedisEngine');
  private readonly ownSignature: string;
  private lastLogged = -Infinity;
  private lastId = 0;
  /** The latest message for several uids that came on this node's own channel of a shard. */
  private readonly latestForSeveral = new Map<Shard, string>();

  constructor(
    private readonly shards: Shards,
    private readonly node: NodeHandler,
    private readonly groups: Groups,
    private readonly questions: Questions,
    /** A change of the uid's presence was told; throws when it is none. */
    private readonly onPresence: (shard: Shard, uid: string, text: string) => void,
  ) {
    this.ownSignature = signature(node.node);
  }

  /** Never throws: what cannot be read is counted, logged once in a while, and skipped. */
  receive(shard: Shard, name: string, text: string): void {
    if (text.startsWith(this.ownSignature)) return;
    try {
      const channel = parseChannel(shard.names.base, name);
      if (channel === undefined) return;
      if (channel.kind === 'presence') return this.onPresence(shard, channel.uid, text);
      const envelope = decode(text, this.nextId);
      if ('message' in envelope) this.deliver(shard, channel, envelope);
      else if ('task' in envelope) this.carryOut(channel, envelope);
      else if ('note' in envelope) this.tell(channel, envelope);
      else this.questions.answered(envelope.answerTo, envelope.answer);
    } catch (error) {
      this.skip(name, error);
    }
  }

  private deliver(shard: Shard, channel: Channel, delivery: Delivery): void {
    if (delivery.uids !== undefined && this.isRepeated(shard, channel, delivery)) return;
    const target = targetOf(channel, delivery);
    this.checkSize(delivery);
    const held = this.node.deliver(target, delivery.message, delivery.except);
    this.answer(delivery, held);
  }

  /**
   * A message for several uids comes on the channel of a uid as well while a connection of that
   * may not be placed yet, right after it came on this node's own, if it did.
   */
  private isRepeated(shard: Shard, { kind }: Channel, { message }: Delivery): boolean {
    if (kind !== 'node') return this.latestForSeveral.get(shard) === message.id;
    this.latestForSeveral.set(shard, message.id);
    return false;
  }

  /** A node has checked what it sends, and has told its sender that it is sent. */
  private checkSize({ message, origin }: Delivery): void {
    const max = this.node.maxMessageBytes;
    if (origin !== undefined || message.mostBytes <= max) return;
    if (Buffer.byteLength(message.json) > max) throw new OversizedMessage(max);
  }

  private tell({ kind }: Channel, { note }: Told): void {
    if (kind !== 'node') throw new Error('a note is for a node');
    this.node.told(note);
  }

  private carryOut(channel: Channel, order: Order): void {
    const answer = this.answerTo(channel, order);
    if (!(answer instanceof Promise)) return this.answer(order, answer);
    // Who waits for it is told by its own timeout.
    answer.then((value) => this.answer(order, value)).catch(() => undefined);
  }

  private answerTo(channel: Channel, order: Order): unknown {
    switch (order.task) {
      case 'close':
        return this.close(memberOf(channel, order), order);
      case 'join':
        return this.changeMembers(channel, order, true);
      case 'leave':
        return this.changeMembers(channel, order, false);
      case 'dissolve':
        return this.dissolve(required(groupOf(channel), 'group'));
      case 'connections':
        return this.node.connectionsOf(required(uidOf(channel), 'uid'));
      case 'members':
        return this.node.uidsInGroup(required(groupOf(channel), 'group'));
      case 'read':
        return true;
    }
  }

  private close(member: Member, { code = GONE.code, reason = GONE.reason }: Order): boolean {
    return this.node.disconnect(member, { code, reason });
  }

  private changeMembers(channel: Channel, order: Order, isMember: boolean): unknown {
    const group = required(order.group, 'group');
    if (order.uids === undefined) {
      return this.changeMember(memberOf(channel, order), group, isMember);
    }
    return this.groups.change(order.uids, group, isMember, required(order.step, 'step'));
  }

  /** Answers when this node gets what is sent to the group. */
  private async changeMember(member: Member, group: string, isMember: boolean): Promise<boolean> {
    const isHeld = isMember
      ? this.node.joinGroup(member, group)
      : this.node.leaveGroup(member, group);
    await this.groups.follow(group);
    return isHeld;
  }

  private async dissolve(group: string): Promise<boolean> {
    this.node.dissolveGroup(group);
    await this.groups.follow(group);
    return true;
  }

  private answer({ origin, replyTo }: Delivery | Order, answer: unknown): void {
    if (origin === undefined || replyTo === undefined) return;
    if (origin === this.node.node) return this.questions.answered(replyTo, answer);
    const home = this.shards.of(origin);
    home
      .publish(home.names.node(origin), encodeAnswer({ answerTo: replyTo, answer }))
      // Who waits for it is told by its own timeout.
      .catch(() => undefined);
  }

  private skip(channel: string, error: unknown): void {
    if (error instanceof OversizedMessage) this.oversized++;
    else this.malformed++;
    const now = performance.now();
    if (now - this.lastLogged < LOG_INTERVAL) return;
    this.lastLogged = now;
    this.logger.warn(
      `Skipped a message on ${channel}: ${reasonOf(error)} (${this.malformed + this.oversized} until now)`,
    );
  }

  /** For a message whose sender gave it none. What this node sends has no `~`: they never meet. */
  private readonly nextId = (): string => `${this.node.node}~${(++this.lastId).toString(36)}`;
}

class OversizedMessage extends Error {
  constructor(maxBytes: number) {
    super(`its data is larger than ${maxBytes} bytes`);
  }
}

function targetOf(channel: Channel, { uids, connection }: Delivery): Target {
  if (channel.kind === 'logins') throw new Error('a message is for those who are in');
  if (channel.kind !== 'node') return channel;
  if (connection !== undefined) return { kind: 'connection', connectionId: connection };
  return { kind: 'uids', uids: required(uids, 'uids') };
}

/** On a uid's channel that uid, else the named uid or connection. */
function memberOf(channel: Channel, { uid, connection }: Order): Member {
  if (channel.kind === 'uid') return channel;
  if (channel.kind === 'logins') return { kind: 'uid', uid: required(uid, 'uid') };
  return { kind: 'connection', connectionId: required(connection, 'connection') };
}

function uidOf(channel: Channel): string | undefined {
  return channel.kind === 'uid' ? channel.uid : undefined;
}

function groupOf(channel: Channel): string | undefined {
  return channel.kind === 'group' ? channel.group : undefined;
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`it names no ${what}`);
  return value;
}
