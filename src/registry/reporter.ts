import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ENGINE, type Engine, type EngineHealth } from '../engine/engine.js';
import type { NodeNote } from '../engine/node-handler.js';
import { isPromise } from '../protocol/maybe-promise.js';
import { EventLoopWatch, type Lateness } from '../signals/event-loop.js';
import { Signals, type Figures } from '../signals/signals.js';
import { LocalNode } from './local-node.js';

/** Kinds of notes: a node asks another how it goes, for a while, and gets this every second. */
export const WATCH = 'watch-node';
export const REPORT = 'node-report';

/** Milliseconds between reports. */
const INTERVAL = 1_000;
/** For how long a node may ask, in milliseconds, and how many may ask at once. */
const MAX_WATCH = 60_000;
const MAX_WATCHERS = 100;

/** How it goes with a node. */
export interface NodeReport {
  readonly node: string;
  /** Milliseconds since its process started, by a clock that only goes on. */
  readonly uptime: number;
  readonly connections: number;
  readonly uids: number;
  readonly figures: Figures;
  /** Since the report before. */
  readonly lateness: Lateness;
  /** Part of one processor that the process used since the report before. */
  readonly cpu: number;
  /** Bytes of memory of the process. */
  readonly memory: number;
  readonly engine: EngineHealth;
}

/** What is measured only while somebody watches. */
interface Watching {
  readonly timer: NodeJS.Timeout;
  readonly loop: EventLoopWatch;
  cpu: NodeJS.CpuUsage;
  at: number;
}

/** Tells the nodes that ask for it how it goes with this one. It does nothing while none does. */
@Injectable()
export class Reporter implements OnModuleDestroy {
  /** Until when each node has asked. */
  private readonly watchers = new Map<string, number>();
  private watching: Watching | undefined;
  private over = false;

  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    private readonly local: LocalNode,
    private readonly signals: Signals,
  ) {
    local.listen(WATCH, (note) => this.asked(note));
  }

  onModuleDestroy(): void {
    this.over = true;
    this.stop();
  }

  private asked({ by, time }: NodeNote): void {
    if (this.over || typeof by !== 'string' || typeof time !== 'number') return;
    if (!this.watchers.has(by) && this.watchers.size >= MAX_WATCHERS) return;
    this.watchers.set(by, performance.now() + Math.min(time, MAX_WATCH));
    if (this.watching === undefined) this.begin();
  }

  private begin(): void {
    this.watching = {
      timer: setInterval(() => this.tick(), INTERVAL).unref(),
      loop: new EventLoopWatch(),
      cpu: process.cpuUsage(),
      at: performance.now(),
    };
    this.tick();
  }

  private tick(): void {
    const now = performance.now();
    for (const [node, until] of this.watchers) if (until <= now) this.watchers.delete(node);
    if (this.watchers.size === 0) return this.stop();
    const note = { kind: REPORT, ...this.report(this.watching!, now) };
    for (const node of this.watchers.keys()) this.tell(node, note);
  }

  private report(watching: Watching, now: number): NodeReport {
    const { user, system } = process.cpuUsage(watching.cpu);
    const cpu = (user + system) / 1_000 / Math.max(now - watching.at, 1);
    watching.cpu = process.cpuUsage();
    watching.at = now;
    return {
      node: this.local.node,
      uptime: now,
      connections: this.local.countConnections(),
      uids: this.local.countUids(),
      figures: this.signals.read(),
      lateness: watching.loop.read(),
      cpu,
      memory: process.memoryUsage.rss(),
      engine: this.engine.health(),
    };
  }

  /** Who does not get a report sees that, and whether it is worth asking on. */
  private tell(node: string, note: NodeNote): void {
    // Whatever carries notes between nodes may be away, and that is what is to be seen.
    if (node === this.local.node) return this.local.told(note);
    const told = this.engine.tell(node, note);
    if (isPromise(told)) told.catch(() => undefined);
  }

  private stop(): void {
    if (this.watching === undefined) return;
    clearInterval(this.watching.timer);
    this.watching.loop.stop();
    this.watching = undefined;
  }
}
