import type { Engine } from '../../src/engine/engine.js';
import type {
  AckResult,
  AppendOptions,
  Appended,
  History,
  HistoryKeeper,
  Kept,
  Page,
  ReadResult,
} from '../../src/history/history.js';
import { type HistoryOptions } from '../../src/history/history.options.js';
import { checkHistoryOptions } from './history-options.js';
import type { StreamPosition } from '../../src/protocol/frames.js';
import type { Message } from '../../src/protocol/message.js';
import { EngineNode } from './engine-node.js';
import { Mailbox } from './mailbox.js';

export type KeepingEngine = Engine & HistoryKeeper;

/** A message that the engine has handed to a node which holds a connection of its target. */
export interface Arrival {
  readonly uid: string;
  readonly message: Message;
  readonly except?: ReadonlySet<string>;
}

/** A node with a history, and what has arrived at it. */
export class HistoryNode extends EngineNode {
  readonly history: History;
  readonly arrivals = new Mailbox<Arrival>(({ uid, message }) => `${uid}: ${message.json}`);
  readonly doubts: ((uid: string) => boolean)[] = [];

  constructor(engine: KeepingEngine, options: HistoryOptions) {
    super(engine);
    this.history = engine.history(checkHistoryOptions(options), engine);
    const deliver = this.local.deliver.bind(this.local);
    this.local.deliver = (target, message, except) => {
      const held = deliver(target, message, except);
      const uid = target.kind === 'uid' ? target.uid : target.kind;
      if (held) this.arrivals.put({ uid, message, ...(except && { except }) });
      return held;
    };
  }

  override async start(): Promise<this> {
    await super.start();
    await this.history.start({ doubted: (concerns) => void this.doubts.push(concerns) });
    return this;
  }

  override async stop(): Promise<void> {
    await this.history.stop();
    await super.stop();
  }

  /** What has arrived here, as data and offset, in its order. */
  get arrived(): [unknown, number | undefined][] {
    return this.arrivals.all.map(({ message }) => [
      JSON.parse(message.json),
      message.position?.offset,
    ]);
  }

  /** Appends a message with this data for one uid. */
  async append(uid: string, data: unknown, options?: AppendOptions): Promise<StreamPosition> {
    return (await this.appendAll([uid], data, options)).positions[0];
  }

  async appendAll(uids: string[], data: unknown, options?: AppendOptions): Promise<Appended> {
    return this.history.append(uids, this.message(data), options);
  }

  /** Everything after the position, page by page. */
  async readAll(uid: string, after: StreamPosition, limit = 100): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (let from = after; ;) {
      const page = pageIn(await this.history.read(uid, from, limit));
      kept.push(...page.messages);
      if (page.through === page.top.offset) return kept;
      from = { epoch: after.epoch, offset: page.through };
    }
  }

  async ack(
    uid: string,
    connectionId: string,
    upTo: StreamPosition,
    device?: string,
  ): Promise<AckResult> {
    return this.history.ack(uid, { connectionId, device }, upTo);
  }
}

/** Nodes that share what they keep. */
export interface HistoryCluster {
  addNode(): Promise<HistoryNode>;
  stop(): Promise<void>;
}

export function historyClusterOf(
  makeEngine: () => KeepingEngine,
  options: HistoryOptions,
): HistoryCluster {
  const nodes: HistoryNode[] = [];
  return {
    async addNode() {
      const node = new HistoryNode(makeEngine(), options);
      nodes.push(node);
      return node.start();
    },
    async stop() {
      for (const node of nodes) if (!node.stopped) await node.stop();
    },
  };
}

export function pageIn(result: ReadResult | undefined): Page {
  if (result?.ok !== true) throw new Error(`Waited for a page, but came ${JSON.stringify(result)}`);
  return result;
}

/** The data of kept messages, in their order. */
export function dataOf(kept: readonly Kept[]): unknown[] {
  return kept.map(({ message }) => JSON.parse(message.json) as unknown);
}

export function offsetsOf(kept: readonly Kept[]): number[] {
  return kept.map(({ message }) => message.position!.offset);
}
