import { REPLACED } from '../../../protocol/close.js';
import type { Admission, ConnectionLimit, Registration } from '../../engine.js';
import type { NodeHandler } from '../../node-handler.js';
import type { Groups } from '../channels/groups.js';
import type { UidChannels } from '../channels/uid-channels.js';

/**
 * What this node decides for itself while Redis is away: connections are admitted with the limit
 * applied to this node.
 */
export class LocalDecisions {
  /** Connections of which Redis has never heard. */
  private readonly admitted = new Set<string>();
  /** Connections that have gone, and that Redis may know. */
  private readonly released = new Map<string, Registration>();

  constructor(
    private readonly node: NodeHandler,
    private readonly groups: Groups,
    private readonly channels: UidChannels,
  ) {}

  admit({ connectionId, uid }: Registration, limit?: ConnectionLimit): Admission {
    const here = this.node.connectionIdsOf(uid);
    if (limit !== undefined && here.length > limit.max) {
      if (limit.beyond === 'refuse') return { admitted: false, isFinal: true };
      for (const oldest of here.slice(0, here.length - limit.max)) {
        this.node.disconnect({ kind: 'connection', connectionId: oldest }, REPLACED);
      }
    }
    this.admitted.add(connectionId);
    this.groups.enter(uid);
    return { admitted: true };
  }

  release({ connectionId, uid }: Registration): void {
    if (!this.admitted.delete(connectionId)) {
      this.released.set(connectionId, { connectionId, uid });
    }
    void this.channels.tidy(uid);
  }

  /** What Redis may still have of connections that have gone; it need not. */
  gone(): IterableIterator<Registration> {
    return this.released.values();
  }

  /** Redis knows everything. */
  forget(): void {
    this.admitted.clear();
    this.released.clear();
  }
}
