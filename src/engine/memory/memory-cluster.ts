import type { CheckedHistoryOptions } from '../../history/history.options.js';
import { MemoryArchive } from '../../history/memory/memory-archive.js';
import { MemoryClaims } from './memory-claims.js';
import { checkMemoryClusterOptions, type MemoryClusterOptions } from './memory.options.js';
import type { NodeHandler } from '../node-handler.js';

/** What the nodes of one process share. */
export class MemoryCluster {
  /** By their names. */
  readonly nodes = new Map<string, NodeHandler>();
  /** @internal */
  readonly memberships = new Memberships();
  /**
   * Connections per uid in the order in which they came; kept only where the oldest is closed.
   *
   * @internal
   */
  readonly arrivals = new Map<string, Set<string>>();
  /**
   * Which nodes watch a uid.
   *
   * @internal
   */
  readonly watchers = new Map<string, Set<NodeHandler>>();
  /**
   * The number of the last event. It is also a time in microseconds, so it grows over restarts.
   *
   * @internal
   */
  seq = 0;
  /** @internal */
  readonly claims: MemoryClaims;
  private kept: MemoryArchive | undefined;

  /** @throws Error that names a broken option and what is allowed */
  constructor(options: MemoryClusterOptions = {}) {
    this.claims = new MemoryClaims(checkMemoryClusterOptions(options).maxKeys);
  }

  /**
   * The number of the next event.
   *
   * @internal
   */
  step(): number {
    return (this.seq = Math.max(this.seq + 1, Date.now() * 1_000));
  }

  /**
   * What is kept of messages: the limits are those that the first node gives.
   *
   * @internal
   */
  archive(limits: CheckedHistoryOptions): MemoryArchive {
    return (this.kept ??= new MemoryArchive(limits));
  }
}

/** Which uids are members of which groups, whether they are online or not. */
class Memberships {
  private readonly byUid = new Map<string, Set<string>>();
  private readonly byGroup = new Map<string, Set<string>>();

  groupsOf(uid: string): readonly string[] {
    const groups = this.byUid.get(uid);
    return groups === undefined ? NONE : [...groups];
  }

  uidsOf(group: string): Iterable<string> {
    return this.byGroup.get(group) ?? NONE;
  }

  join(uid: string, group: string): void {
    setOf(this.byUid, uid).add(group);
    setOf(this.byGroup, group).add(uid);
  }

  leave(uid: string, group: string): void {
    drop(this.byUid, uid, group);
    drop(this.byGroup, group, uid);
  }
}

const NONE: readonly string[] = [];

export function setOf<T>(index: Map<string, Set<T>>, key: string): Set<T> {
  let set = index.get(key);
  if (set === undefined) index.set(key, (set = new Set()));
  return set;
}

export function drop<T>(index: Map<string, Set<T>>, key: string, value: T): void {
  const set = index.get(key);
  if (set?.delete(value) && set.size === 0) index.delete(key);
}
