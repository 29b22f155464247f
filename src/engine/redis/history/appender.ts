import type { Appended, AppendOptions } from '../../../history/history.js';
import { sizeOf } from '../../../history/sizes.js';
import type { StreamPosition } from '../../../protocol/frames.js';
import type { Message } from '../../../protocol/message.js';
import { encodeMessage } from '../channels/envelope.js';
import { append } from '../scripts/history/index.js';
import type { Shard } from '../servers/shard.js';
import type { Store } from './store.js';

/** Beyond it one script would hold up others for too long. */
const CHUNK = 100;

/** Appends messages and publishes them, and hands them to connections of this node. */
export class Appender {
  constructor(private readonly store: Store) {}

  append(uids: readonly string[], message: Message, options: AppendOptions): Promise<Appended> {
    sizeOf(message, this.store.options.maxBytes);
    const text = encodeMessage(this.store.node.node, message, { except: options.except });
    return uids.length === 1
      ? this.appendForOne(uids[0], message, options, text)
      : this.appendForMany(uids, message, options, text);
  }

  private appendForOne(
    uid: string,
    message: Message,
    options: AppendOptions,
    text: string,
  ): Promise<Appended> {
    const { shards, turns } = this.store;
    const turn = turns.take(uid, options.except);
    const args = [this.wordsFor(options, '0'), text, uid];
    return this.publish(shards.of(uid), uid, args, text.length).then(
      (reply) => {
        const [nodes, epoch, offset] = reply as [number, string, number];
        const position = { epoch, offset };
        turns.settle(turn, message.at(position));
        return { positions: [position], nodes };
      },
      (error: unknown) => {
        turns.settle(turn, null);
        throw error;
      },
    );
  }

  private async appendForMany(
    uids: readonly string[],
    message: Message,
    options: AppendOptions,
    text: string,
  ): Promise<Appended> {
    const { turns } = this.store;
    const positions = new Array<StreamPosition>(uids.length);
    const reached = new Set<string>();
    const waiting = uids.map((uid) => turns.take(uid, options.except));
    await this.store.runForAll(waiting, CHUNK, async (shard, some, places) => {
      const args = [this.wordsFor(options, '1'), text, ...some.map(({ uid }) => uid)];
      const bytes = text.length * some.length;
      const reply = await this.publish(shard, some[0].uid, args, bytes).catch((error: unknown) => {
        for (const turn of some) turns.settle(turn, null);
        throw error;
      });
      const [nodes, ...flat] = reply as [string[], ...(string | number)[]];
      for (const node of nodes) reached.add(node);
      for (const [i, turn] of some.entries()) {
        const position = { epoch: String(flat[i * 2]), offset: Number(flat[i * 2 + 1]) };
        positions[places[i]] = position;
        turns.settle(turn, message.at(position));
      }
    });
    return { positions, nodes: reached.size };
  }

  private publish(shard: Shard, uid: string, args: string[], bytes: number): Promise<unknown> {
    const run = (): Promise<unknown> => this.store.run(shard, append, args);
    return this.store.outflow.pass(shard, shard.names.uid(uid), bytes, run);
  }

  private wordsFor(options: AppendOptions, isNamed: '0' | '1'): string {
    const { settle, undeliveredAfter: within } = options;
    const ttl = Math.min(options.ttl ?? Infinity, this.store.options.ttl);
    const flags = `${settle === true ? 'f' : ''}${within === undefined ? '' : 'd'}`;
    return `${ttl} ${flags || '-'} ${within ?? 0} ${isNamed}`;
  }
}
