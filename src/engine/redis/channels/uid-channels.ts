import type { NodeHandler } from '../../node-handler.js';
import type { Groups } from './groups.js';
import type { Shard } from '../servers/shard.js';

/** The channels of uids: this node listens on those of the uids that have a connection here. */
export class UidChannels {
  constructor(
    private readonly shard: Shard,
    private readonly node: NodeHandler,
    private readonly groups: Groups,
  ) {}

  /** Resolves when this node gets what is sent to the uid. */
  async listen(uid: string): Promise<void> {
    await this.shard.subscriptions.want(this.shard.names.uid(uid));
  }

  /** Stops listening for a uid that has no connection here any more. */
  async tidy(uid: string): Promise<void> {
    if (this.node.connectionIdsOf(uid).length > 0) return;
    this.groups.forgetUid(uid);
    await this.shard.subscriptions.drop(this.shard.names.uid(uid));
  }
}
