import type { NodeHandler } from '../../node-handler.js';
import type { CheckedRedisOptions } from '../redis.options.js';
import type { Link } from '../servers/link.js';
import type { Shard } from '../servers/shard.js';
import { encodeOrder } from './envelope.js';
import type { Questions } from './questions.js';

/** Parts of the window after each of which others are asked whether they have read it. */
const PARTS = 8;

/** What is published on one server. */
interface Flow {
  /** Bytes of which nobody was asked yet whether they were read. */
  unasked: number;
  /** Until then others are not waited for, since one did not answer. */
  openUntil: number;
}

/**
 * Messages of this node on their way to others, no more at once than these can take. After every
 * so many bytes those who listen on the channel of the last message are asked to say when they
 * have read it, and with it everything before it; what would be more than they have read waits. So
 * the one that most of it goes to is asked most often.
 */
export class Outflow {
  private readonly flows = new WeakMap<Link, Flow>();
  private readonly part: number;

  constructor(
    private readonly node: NodeHandler,
    private readonly questions: Questions,
    private readonly options: Pick<CheckedRedisOptions, 'maxUnreadBytes' | 'leaseTime'>,
  ) {
    this.part = options.maxUnreadBytes / PARTS;
  }

  /** Publishes a message of so many bytes, which goes to those who listen on the channel. */
  pass<T>(shard: Shard, channel: string, bytes: number, publish: () => Promise<T>): Promise<T> {
    const { link } = shard;
    if (link === undefined) return publish();
    return link.window.pass(bytes, () => {
      const published = publish();
      this.ask(shard, link, channel, bytes);
      return published;
    });
  }

  private ask(shard: Shard, link: Link, channel: string, bytes: number): void {
    const flow = this.flowOf(link);
    flow.unasked += bytes;
    if (flow.unasked < this.part) return;
    const asked = flow.unasked;
    flow.unasked = 0;
    // Not at once: what waits would begin within the message that lets it.
    if (performance.now() < flow.openUntil) return queueMicrotask(() => link.window.read(asked));
    this.questions
      .ask((replyTo) =>
        shard.publish(channel, encodeOrder(this.node.node, { task: 'read', replyTo })),
      )
      .catch(() => {
        // It may have died: the others need not wait for it again and again.
        flow.openUntil = performance.now() + this.options.leaseTime;
      })
      .finally(() => link.window.read(asked));
  }

  private flowOf(link: Link): Flow {
    let flow = this.flows.get(link);
    if (flow === undefined) this.flows.set(link, (flow = { unasked: 0, openUntil: 0 }));
    return flow;
  }
}
