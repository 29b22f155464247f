import type { NodeHandler } from '../../node-handler.js';
import type { Shards } from '../servers/shards.js';

/** The channel for everyone: this node listens on it while it holds any connection. */
export class EveryoneChannel {
  constructor(
    private readonly shards: Shards,
    private readonly node: NodeHandler,
  ) {}

  /** Resolves when this node gets what is sent to everyone. */
  listen(): Promise<void> {
    const { subscriptions, names } = this.shards.of('all');
    return subscriptions.want(names.all);
  }

  /** Stops listening when no connection is here any more. */
  tidy(): void {
    if (this.node.countConnections() > 0) return;
    const { subscriptions, names } = this.shards.of('all');
    void subscriptions.drop(names.all);
  }
}
