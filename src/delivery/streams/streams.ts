import type { Engine } from '../../engine/engine.js';
import type { History, HistoryListener } from '../../history/history.js';
import type { LocalNode } from '../../registry/local-node.js';
import type { Signals } from '../../signals/signals.js';
import { Reports } from './reports.js';
import { HandOver } from './hand-over.js';
import { PositionChecks } from './position-checks.js';
import { Positions } from './positions.js';
import { WrittenNotes } from './written-notes.js';

/** What is set of the streams. */
export interface StreamsOptions {
  readonly checkInterval: number;
  readonly ttl: number;
  readonly maxNotes: number;
}

/** The streams of the uids that are on this node, and what keeps them right. */
export class Streams implements HistoryListener {
  readonly positions: Positions;
  readonly checks: PositionChecks;
  readonly notes: WrittenNotes;
  readonly reports: Reports;

  constructor(
    history: History,
    local: LocalNode,
    engine: Engine,
    { checkInterval, ttl, maxNotes }: StreamsOptions,
    readonly signals: Signals,
  ) {
    this.notes = new WrittenNotes(history, maxNotes > 0);
    this.reports = new Reports(engine, local.node);
    const out = new HandOver(local, this.notes, this.reports, signals);
    this.positions = new Positions(history, out, (stream) => this.checks.doubt(stream));
    this.checks = new PositionChecks(history, this.positions, Math.min(checkInterval, ttl / 2));
    local.inbox = this.positions;
  }

  start(): void {
    this.checks.start();
  }

  async stop(): Promise<void> {
    this.checks.stop();
    this.positions.stop();
    await this.notes.flush();
  }

  doubted(concerns: (uid: string) => boolean): void {
    this.checks.doubtAll(concerns);
  }
}
