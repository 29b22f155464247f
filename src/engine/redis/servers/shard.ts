import type { ShardNames } from '../names.js';
import type { Script } from '../scripts/index.js';
import type { Link, Tenant } from './link.js';
import { Subscriptions } from './subscriptions.js';
import { unavailable } from './unavailable.js';

/** A part of the keys and channels that is whole on one server, and the way to that server. */
export class Shard implements Tenant {
  readonly subscriptions = new Subscriptions(this);
  link: Link | undefined;
  /** Why it is not up, for people. */
  trouble = 'Redis is away';
  /** Whether its server knows again what this node listens to and holds. */
  isUp = false;

  constructor(
    readonly names: ShardNames,
    readonly publishCommand: 'PUBLISH' | 'SPUBLISH',
    private readonly onMoved: (shard: Shard, link: Link) => void,
  ) {}

  moved(link: Link): void {
    this.onMoved(this, link);
  }

  send(args: string[]): Promise<unknown> {
    return this.link?.send(args, this) ?? Promise.reject(unavailable(this.trouble));
  }

  /** Runs a script whose first argument is the base. */
  run(script: Script, args: string[]): Promise<unknown> {
    return this.evaluate(script, [this.names.base, ...args]);
  }

  evaluate(script: Script, args: string[]): Promise<unknown> {
    return this.send(['EVALSHA', script.sha, '1', this.names.nodes, ...args]);
  }

  /**
   * Asks who is here: what the server says of it is right only while this node, too, can tell it.
   *
   * @throws PushException UNAVAILABLE when it cannot
   */
  consult(args: string[]): Promise<unknown> {
    return this.isUp ? this.send(args) : Promise.reject(unavailable(this.trouble));
  }

  /** The same by a script. */
  consultBy(script: Script, args: string[]): Promise<unknown> {
    return this.isUp ? this.run(script, args) : Promise.reject(unavailable(this.trouble));
  }

  /** Answers how many nodes listen on the channel. */
  publish(channel: string, text: string): Promise<number> {
    return this.send([this.publishCommand, channel, text]) as Promise<number>;
  }
}
