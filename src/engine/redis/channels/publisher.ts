import type { CloseRequest } from '../../../protocol/close.js';
import type { MaybePromise } from '../../../protocol/maybe-promise.js';
import type { Message } from '../../../protocol/message.js';
import { nodeOfConnection } from '../../../protocol/names.js';
import type { NodeHandler, NodeNote } from '../../node-handler.js';
import type { Except, Member, Target } from '../../target.js';
import { publishToUids } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';
import type { Shards } from '../servers/shards.js';
import { unavailable } from '../servers/unavailable.js';
import { encodeMessage, encodeNote, encodeOrder, type Order } from './envelope.js';
import type { Outflow } from './outflow.js';
import type { Questions } from './questions.js';
import type { Turns } from './turns.js';

/** What this node sends on channels: messages for clients, and orders to other nodes. */
export class Publisher {
  constructor(
    private readonly shards: Shards,
    private readonly node: NodeHandler,
    private readonly questions: Questions,
    private readonly turns: Turns,
    private readonly outflow: Outflow,
  ) {}

  /** To connections of this node at once, to others by Redis; answers how many nodes hold one. */
  publish(target: Target, message: Message, except?: Except): MaybePromise<number> {
    switch (target.kind) {
      case 'connection':
        return this.publishToConnection(target.connectionId, message, except);
      case 'uids':
        return this.publishToUids([...new Set(target.uids)], message, except);
      default: {
        this.handOver(target, message, except);
        const [shard, channel] = this.channelOf(target);
        // Who has come meanwhile may be in the group without anybody's knowing it.
        if (target.kind === 'group' && !shard.isUp) throw unavailable(shard.trouble);
        const text = encodeMessage(this.node.node, message, { except });
        return this.outflow.pass(shard, channel, text.length, () => shard.publish(channel, text));
      }
    }
  }

  /** Has every node that holds something of the target do something, and answers what they say. */
  order(target: Target, order: Order): Promise<unknown[]> {
    const [shard, channel] = this.channelOf(target);
    return this.questions.ask((replyTo) =>
      shard.publish(channel, encodeOrder(this.node.node, { ...order, replyTo })),
    );
  }

  /** Tells one node; answers whether it is there. */
  tell(node: string, note: NodeNote): MaybePromise<boolean> {
    if (node === this.node.node) {
      this.node.told(note);
      return true;
    }
    const home = this.shards.of(node);
    return home.publish(home.names.node(node), encodeNote(note)).then((nodes) => nodes > 0);
  }

  /** Has every node close what turns out to be the uid's once it has been authenticated. */
  async dismiss(uid: string, close: CloseRequest): Promise<void> {
    const shard = this.shards.of(uid);
    const order = encodeOrder(this.node.node, { task: 'close', uid, ...close });
    await shard.publish(shard.names.logins, order);
  }

  orderFor(member: Member, order: Omit<Order, 'connection'>): Promise<unknown[]> {
    return member.kind === 'uid'
      ? this.order(member, order)
      : this.order(member, { ...order, connection: member.connectionId });
  }

  private publishToConnection(
    connectionId: string,
    message: Message,
    except: Except | undefined,
  ): MaybePromise<number> {
    const owner = nodeOfConnection(connectionId) ?? '';
    if (owner === this.node.node) {
      return this.node.deliver({ kind: 'connection', connectionId }, message, except) ? 1 : 0;
    }
    const home = this.shards.of(owner);
    const answers = this.questions.ask((replyTo) => {
      const extra = { except, connection: connectionId, replyTo };
      const text = encodeMessage(this.node.node, message, extra);
      return home.publish(home.names.node(owner), text);
    });
    return answers.then((held) => (held[0] === true ? 1 : 0));
  }

  /** One message to each node that holds one of the uids, of each shard that has one of them. */
  private async publishToUids(
    uids: readonly string[],
    message: Message,
    except: Except | undefined,
  ): Promise<number> {
    this.handOverToUids(uids, message, except);
    const sent = Array.from(this.shards.partsOf(uids), ([shard, ours]) => {
      const text = encodeMessage(this.node.node, message, { except, uids: ours });
      const args = [shard.publishCommand, text, ...ours];
      const channel = shard.names.uid(ours[0]);
      return this.outflow.pass(shard, channel, text.length, () =>
        shard.consultBy(publishToUids, args),
      );
    });
    return new Set((await Promise.all(sent)).flat()).size;
  }

  /** To connections of this node, in the order in which it sends to a uid. */
  private handOver(target: Target, message: Message, except: Except | undefined): void {
    if (!this.turns.isEmpty && target.kind === 'uid') {
      if (this.turns.defer(target.uid, message, except)) return;
    }
    this.node.deliver(target, message, except);
  }

  private handOverToUids(
    uids: readonly string[],
    message: Message,
    except: Except | undefined,
  ): void {
    const free = this.turns.isEmpty
      ? uids
      : uids.filter((uid) => !this.turns.defer(uid, message, except));
    this.node.deliver({ kind: 'uids', uids: free }, message, except);
  }

  private channelOf(target: Target): [Shard, string] {
    switch (target.kind) {
      case 'uid': {
        const shard = this.shards.of(target.uid);
        return [shard, shard.names.uid(target.uid)];
      }
      case 'group': {
        const shard = this.shards.of(target.group);
        return [shard, shard.names.group(target.group)];
      }
      case 'connection': {
        const node = nodeOfConnection(target.connectionId) ?? '';
        const shard = this.shards.of(node);
        return [shard, shard.names.node(node)];
      }
      default: {
        const shard = this.shards.of('all');
        return [shard, shard.names.all];
      }
    }
  }
}
