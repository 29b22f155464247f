import { REPLACED } from '../../../protocol/close.js';
import type { Admission, ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import type { Groups } from '../channels/groups.js';
import type { PresenceEvent } from './presence-events.js';
import type { UidChannels } from '../channels/uid-channels.js';

/**
 * What this node decides for itself while Redis is away: connections are admitted with the limit
 * applied to this node. It is remembered until Redis knows of it.
 */
export class LocalDecisions {
  /** Connections that were admitted here, and that nobody has heard of. */
  private readonly unannounced = new Set<string>();
  /** Uids that were announced, and whose last connection here has closed. */
  private readonly gone = new Set<string>();

  constructor(
    private readonly node: NodeHandler,
    private readonly groups: Groups,
    private readonly channels: UidChannels,
  ) {}

  admit({ connectionId, uid }: Registration, limit?: ConnectionLimit): Admission {
    const here = this.node.connectionIdsOf(uid);
    if (limit !== undefined && here.length > limit.max) {
      if (limit.beyond === 'refuse') return { admitted: false };
      for (const oldest of here.slice(0, here.length - limit.max)) {
        this.node.disconnect({ kind: 'connection', connectionId: oldest }, REPLACED);
      }
    }
    this.unannounced.add(connectionId);
    this.groups.enter(uid);
    return { admitted: true };
  }

  release({ connectionId, uid }: Registration): void {
    const wasAnnounced = !this.unannounced.delete(connectionId);
    if (this.node.connectionIdsOf(uid).length > 0) return;
    if (wasAnnounced) this.gone.add(uid);
    void this.channels.tidy(uid);
  }

  /** These were emitted after all: should Redis lose its data, they are not to be once more. */
  announced(events: readonly PresenceEvent[]): void {
    for (const { uid, online } of events) {
      const here = this.node.connectionIdsOf(uid);
      if (online) for (const connectionId of here) this.unannounced.delete(connectionId);
      if (online && here.length === 0) this.gone.add(uid);
      else this.gone.delete(uid);
    }
  }

  /** Whether others have heard that the uid of this connection is online, and not the contrary. */
  wasAnnounced({ connectionId, uid }: Registration): boolean {
    return !this.unannounced.has(connectionId) || this.gone.has(uid);
  }

  /** Uids that others believe to be online because they were here. */
  missing(): string[] {
    return [...this.gone].filter((uid) => this.node.connectionIdsOf(uid).length === 0);
  }

  /** Redis knows everything. */
  forget(): void {
    this.unannounced.clear();
    this.gone.clear();
  }
}
