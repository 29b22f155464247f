import type {
  Acknowledger,
  AckResult,
  Appended,
  AppendOptions,
  ExplainQuery,
  Explanation,
  History,
  HistoryListener,
  KnownStream,
  Listing,
  Opened,
  OpenRequest,
  ReadResult,
  Undelivered,
  WrittenNote,
} from '../../../history/history.js';
import type { CheckedHistoryOptions } from '../../../history/history.options.js';
import type { StreamPosition } from '../../../protocol/frames.js';
import type { Message } from '../../../protocol/message.js';
import { ack, explain, list, open, tops, written } from '../scripts/history/index.js';
import { Appender } from './appender.js';
import { Claims } from './claims.js';
import {
  ackIn,
  explanationsIn,
  listingIn,
  openedIn,
  type ExplainedReply,
  type ListReply,
  type OpenReply,
} from './replies.js';
import { Store, type Place } from './store.js';
import { Sweeper } from './sweeper.js';

/** Beyond it one script would hold up others for too long. */
const STREAMS = 200;

const NO_OPTIONS: AppendOptions = {};

/**
 * What the Redis of the engine keeps: REDIS.md, "What is kept". Everything of a uid is in its
 * shard, where it is appended and published in one step.
 */
export class RedisHistory implements History {
  private store!: Store;
  private appender!: Appender;
  private claims!: Claims;
  private sweeper: Sweeper | undefined;

  constructor(
    private readonly options: CheckedHistoryOptions,
    /** Where it is, when the engine has started. */
    private readonly place: () => Place,
  ) {}

  /** @throws PushException UNAVAILABLE when the engine has not started */
  start(listener: HistoryListener): void {
    const place = this.place();
    this.store = new Store(place, this.options);
    this.appender = new Appender(this.store);
    this.claims = new Claims(this.store);
    this.sweeper = new Sweeper(this.store);
    this.sweeper.start();
    const { shards } = place;
    place.onReturn((shard) => listener.doubted((uid) => shards.of(uid) === shard));
  }

  stop(): void {
    this.sweeper?.stop();
  }

  async open(uid: string, { device = '', recover }: OpenRequest): Promise<Opened> {
    if (recover === undefined) return openedIn(await this.runOpen(uid, device, ['', '', '0', '0']));
    const { from, limit } = recover;
    const where = typeof from === 'object' ? at(from) : [from, '', '0'];
    return openedIn(await this.runOpen(uid, device, [...where, String(limit)]));
  }

  async tops(uids: readonly KnownStream[]): Promise<StreamPosition[]> {
    const found = new Array<StreamPosition>(uids.length);
    await this.store.runForAll(uids, STREAMS, async (shard, some, places) => {
      const args = some.flatMap(({ uid, known }) => [
        ...[uid, known?.epoch ?? '', String(known?.offset ?? 0)],
      ]);
      const reply = (await this.store.run(shard, tops, args)) as (string | number)[];
      for (const [i, place] of places.entries()) {
        found[place] = { epoch: String(reply[i * 2]), offset: Number(reply[i * 2 + 1]) };
      }
    });
    return found;
  }

  append(uids: readonly string[], message: Message, options = NO_OPTIONS): Promise<Appended> {
    return this.appender.append(uids, message, options);
  }

  async read(uid: string, after: StreamPosition, limit: number): Promise<ReadResult> {
    return openedIn(await this.runOpen(uid, '', [...at(after), String(limit)])).recovery!;
  }

  async ack(uid: string, by: Acknowledger, upTo: StreamPosition): Promise<AckResult> {
    const { connectionId, device = '' } = by;
    const args = [connectionId, device, upTo.epoch, String(upTo.offset)];
    return ackIn(await this.store.runFor(uid, ack, args));
  }

  async written(notes: readonly WrittenNote[]): Promise<void> {
    await this.store.runForAll(notes, STREAMS, async (shard, some) => {
      const args = some.flatMap(({ uid, epoch, connectionId, device = '', from, to, isText }) => [
        ...[uid, epoch, connectionId, device, String(from), String(to), isText ? '1' : '0'],
      ]);
      await this.store.run(shard, written, args);
    });
  }

  async messages(uid: string, after: number, limit: number): Promise<Listing | undefined> {
    const reply = await this.store.runFor(uid, list, [String(after), String(limit)]);
    return reply === null ? undefined : listingIn(reply as ListReply);
  }

  /** The id does not say in which shard the message is: all are asked, unless the uid is given. */
  async explain(id: string, { uid, limit }: ExplainQuery): Promise<Explanation[]> {
    const { shards } = this.store;
    const asked = uid === undefined ? shards.all : [shards.of(uid)];
    const args = [id, uid ?? '', String(limit)];
    const replies = await Promise.all(asked.map((shard) => this.store.run(shard, explain, args)));
    return explanationsIn(replies.flat() as ExplainedReply[]).slice(0, limit);
  }

  claimUndelivered(limit: number): Promise<Undelivered[]> {
    return this.claims.claim(limit);
  }

  keepUndelivered(claimed: readonly Undelivered[]): Promise<void> {
    return this.claims.keep(claimed);
  }

  undeliveredDone(claimed: readonly Undelivered[]): Promise<void> {
    return this.claims.done(claimed);
  }

  private async runOpen(uid: string, device: string, where: string[]): Promise<OpenReply> {
    return (await this.store.runFor(uid, open, [device, ...where])) as OpenReply;
  }
}

function at({ epoch, offset }: StreamPosition): string[] {
  return ['at', epoch, String(offset)];
}
