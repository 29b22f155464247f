import type { CheckedHistoryOptions } from '../../../history/history.options.js';
import type { NodeHandler } from '../../node-handler.js';
import type { Outflow } from '../channels/outflow.js';
import type { Turns } from '../channels/turns.js';
import type { Script } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';
import type { Shards } from '../servers/shards.js';

/** Where a history is: known when its engine has started. */
export interface Place {
  readonly shards: Shards;
  readonly node: NodeHandler;
  readonly turns: Turns;
  readonly outflow: Outflow;
  /** Calls it when the server of a shard was away and is back. */
  onReturn(returned: (shard: Shard) => void): void;
}

/** The shards, and the limits of what each of them keeps. */
export class Store {
  readonly shards: Shards;
  readonly node: NodeHandler;
  readonly turns: Turns;
  readonly outflow: Outflow;
  /** What every script begins with, per shard. */
  private readonly settings: ReadonlyMap<Shard, string>;

  constructor(
    { shards, node, turns, outflow }: Place,
    readonly options: CheckedHistoryOptions,
  ) {
    this.shards = shards;
    this.node = node;
    this.turns = turns;
    this.outflow = outflow;
    const limits = limitsOf(options, shards.all.length);
    this.settings = new Map(
      shards.all.map((shard) => [shard, `${shard.names.base} ${shard.publishCommand} ${limits}`]),
    );
  }

  run(shard: Shard, script: Script, args: string[]): Promise<unknown> {
    return shard.evaluate(script, [this.settings.get(shard)!, ...args]);
  }

  runFor(uid: string, script: Script, args: string[]): Promise<unknown> {
    return this.run(this.shards.of(uid), script, [uid, ...args]);
  }

  /**
   * Has something done for things of many uids, so many at a time in each shard.
   *
   * @param run gets the things, and their places among all
   */
  async runForAll<T extends { readonly uid: string }>(
    things: readonly T[],
    chunk: number,
    run: (shard: Shard, things: readonly T[], places: readonly number[]) => Promise<void>,
  ): Promise<void> {
    const parts = new Map<Shard, number[]>();
    for (const [place, { uid }] of things.entries()) {
      const shard = this.shards.of(uid);
      const part = parts.get(shard);
      if (part === undefined) parts.set(shard, [place]);
      else part.push(place);
    }
    const done: Promise<void>[] = [];
    for (const [shard, places] of parts) {
      for (let at = 0; at < places.length; at += chunk) {
        const some = places.slice(at, at + chunk);
        const theirs = some.map((place) => things[place]);
        done.push(run(shard, theirs, some));
      }
    }
    await Promise.all(done);
  }
}

/** What the preamble of the scripts calls the setting, of one of so many shards. */
function limitsOf(options: CheckedHistoryOptions, shards: number): string {
  const { maxLength, maxBytes, ttl, maxTotalBytes, maxStreams, maxDevices, maxNotes } = options;
  const total = Math.max(Math.ceil(maxTotalBytes / shards), maxBytes);
  const streams = Math.ceil(maxStreams / shards);
  return [maxLength, maxBytes, ttl, total, streams, maxDevices, maxNotes].join(' ');
}
