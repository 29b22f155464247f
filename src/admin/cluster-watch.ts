import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ENGINE, type Counts, type Engine } from '../engine/engine.js';
import type { NodeNote } from '../engine/node-handler.js';
import { LocalNode } from '../registry/local-node.js';
import { REPORT, WATCH, type NodeReport } from '../registry/reporter.js';
import type { Snapshot } from './frames.js';

/** Milliseconds between snapshots. */
const INTERVAL = 1_000;
/** Milliseconds for which nodes are asked, and after how many snapshots they are asked again. */
const WATCH_TIME = 10_000;
const ASK_EVERY = 3;
/** Milliseconds after which a report is not of now any more. */
const FRESH = 5_000;

/** Hears of the whole cluster, while somebody wants to know. */
@Injectable()
export class ClusterWatch implements OnModuleDestroy {
  private readonly listeners = new Set<(snapshot: Snapshot) => void>();
  private readonly reports = new Map<string, { report: NodeReport; heard: number }>();
  private timer: NodeJS.Timeout | undefined;
  private rounds = 0;
  private isLooking = false;
  private names: readonly string[];

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly local: LocalNode,
  ) {
    this.names = [local.node];
    local.listen(REPORT, (note) => this.heard(note));
  }

  /**
   * Tells the listener every second how it goes.
   *
   * @returns ends that
   */
  add(listener: (snapshot: Snapshot) => void): () => void {
    this.listeners.add(listener);
    if (this.timer === undefined) {
      this.rounds = 0;
      this.timer = setInterval(() => void this.look(), INTERVAL).unref();
      void this.look();
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  }

  onModuleDestroy(): void {
    this.listeners.clear();
    this.stop();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.reports.clear();
  }

  /** Never rejects. What is slow is waited for, and not asked twice. */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    let counts: Counts | null = null;
    try {
      if (this.rounds++ % ASK_EVERY === 0) await this.ask();
      counts = await this.engine.counts();
    } catch {
      // The engine says itself how it goes with it, in the reports.
    }
    this.isLooking = false;
    const snapshot = this.snapshot(counts);
    for (const listener of this.listeners) listener(snapshot);
  }

  private async ask(): Promise<void> {
    const note = { kind: WATCH, by: this.local.node, time: WATCH_TIME };
    // First, because it needs nobody.
    this.local.told(note);
    this.names = await this.engine.nodes();
    const others = this.names.filter((name) => name !== this.local.node);
    await Promise.all(others.map(async (name) => this.engine.tell(name, note)));
  }

  private heard(note: NodeNote): void {
    if (this.timer === undefined || typeof note.node !== 'string') return;
    this.reports.set(note.node, { report: reportIn(note), heard: performance.now() });
  }

  private snapshot(counts: Counts | null): Snapshot {
    const oldest = performance.now() - FRESH;
    for (const [node, { heard }] of this.reports) if (heard < oldest) this.reports.delete(node);
    const nodes = Array.from(this.reports.values(), ({ report }) => report);
    const silent = this.names.filter((name) => !this.reports.has(name));
    return { type: 'snapshot', at: Date.now(), via: this.local.node, counts, nodes, silent };
  }
}

/** Only nodes can write notes, and all nodes of a cluster run one version, or nearly. */
function reportIn({ kind: _, ...report }: NodeNote): NodeReport {
  return report as unknown as NodeReport;
}
