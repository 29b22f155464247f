import type {
  AckResult,
  Acknowledger,
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
} from '../../history/history.js';
import type { StreamPosition } from '../../protocol/frames.js';
import type { MaybePromise } from '../../protocol/maybe-promise.js';
import type { Message } from '../../protocol/message.js';

/** The node of a history. */
interface Caller {
  /** Runs what needs the store, or throws. */
  call<T>(run: () => T): T;
  listen(listener: HistoryListener): void;
}

/** What the nodes keep together, for one that may be cut off from it. */
export class SimulatedHistory implements History {
  constructor(
    private readonly kept: History,
    private readonly node: Caller,
  ) {}

  start(listener: HistoryListener): MaybePromise<void> {
    this.node.listen(listener);
    return this.kept.start(listener);
  }

  stop(): MaybePromise<void> {
    return this.kept.stop();
  }

  open(uid: string, request: OpenRequest): MaybePromise<Opened> {
    return this.node.call(() => this.kept.open(uid, request));
  }

  tops(uids: readonly KnownStream[]): MaybePromise<StreamPosition[]> {
    return this.node.call(() => this.kept.tops(uids));
  }

  append(
    uids: readonly string[],
    message: Message,
    options?: AppendOptions,
  ): MaybePromise<Appended> {
    return this.node.call(() => this.kept.append(uids, message, options));
  }

  read(uid: string, after: StreamPosition, limit: number): MaybePromise<ReadResult> {
    return this.node.call(() => this.kept.read(uid, after, limit));
  }

  ack(uid: string, by: Acknowledger, upTo: StreamPosition): MaybePromise<AckResult> {
    return this.node.call(() => this.kept.ack(uid, by, upTo));
  }

  written(notes: readonly WrittenNote[]): MaybePromise<void> {
    return this.node.call(() => this.kept.written(notes));
  }

  messages(uid: string, after: number, limit: number): MaybePromise<Listing | undefined> {
    return this.node.call(() => this.kept.messages(uid, after, limit));
  }

  explain(id: string, query: ExplainQuery): MaybePromise<Explanation[]> {
    return this.node.call(() => this.kept.explain(id, query));
  }

  claimUndelivered(limit: number): MaybePromise<Undelivered[]> {
    return this.node.call(() => this.kept.claimUndelivered(limit));
  }

  keepUndelivered(claimed: readonly Undelivered[]): MaybePromise<void> {
    return this.node.call(() => this.kept.keepUndelivered(claimed));
  }

  undeliveredDone(claimed: readonly Undelivered[]): MaybePromise<void> {
    return this.node.call(() => this.kept.undeliveredDone(claimed));
  }
}
