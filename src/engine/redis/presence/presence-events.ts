import type { NodeHandler } from '../../node-handler.js';
import type { Script } from '../scripts/index.js';
import type { Shard } from '../servers/shard.js';

/** A uid came online or went offline. */
export interface PresenceEvent {
  readonly uid: string;
  readonly online: boolean;
}

/** What a script has decided. */
export interface Decision {
  /** What it answers beside the events. */
  readonly reply: readonly unknown[];
  /** Emits the events, and answers them. To be called once. */
  readonly announce: () => readonly PresenceEvent[];
}

/**
 * Events from the step of Redis that decides them until they are emitted here, each once. Redis
 * keeps them until this node has said that it emitted them: so the answer to a call may get lost.
 */
export class PresenceEvents {
  private lastCall = 0;
  /** Calls that wait for their answer, or whose events were emitted and Redis may not know it. */
  private readonly inHand = new Set<string>();
  private readonly unheard: string;

  constructor(
    private readonly shard: Pick<Shard, 'names' | 'run' | 'send'>,
    private readonly node: Pick<NodeHandler, 'node' | 'presenceChanged'>,
  ) {
    this.unheard = shard.names.unheard(node.node);
  }

  /** Runs a script that may decide events. */
  async decide(script: Script, args: readonly string[]): Promise<Decision> {
    const call = String(++this.lastCall);
    this.inHand.add(call);
    try {
      const answer = await this.shard.run(script, [this.node.node, call, ...args]);
      const [events, ...reply] = answer as [string[], ...unknown[]];
      if (events.length > 0) return { reply, announce: () => this.announce(call, events) };
      this.inHand.delete(call);
      return { reply, announce: () => [] };
    } catch (error) {
      this.inHand.delete(call);
      throw error;
    }
  }

  /** Emits, and answers, what was decided in calls whose answer was lost. */
  async announceMissed(): Promise<readonly PresenceEvent[]> {
    const kept = (await this.shard.send(['ZRANGE', this.unheard, '0', '-1'])) as string[];
    return kept.flatMap((one) => {
      const [call, events] = JSON.parse(one) as [string, string[]];
      return this.announce(call, this.inHand.has(call) ? [] : events);
    });
  }

  private announce(call: string, events: readonly string[]): readonly PresenceEvent[] {
    const changes = events.map((event) => ({ uid: event.slice(1), online: event[0] === '+' }));
    for (const { uid, online } of changes) this.node.presenceChanged(uid, online);
    // Should this get lost as well, it is said again when Redis is back.
    this.inHand.add(call);
    this.shard.send(['ZREMRANGEBYSCORE', this.unheard, call, call]).then(
      () => this.inHand.delete(call),
      () => undefined,
    );
    return changes;
  }
}
