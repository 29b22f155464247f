import { unavailable } from './unavailable.js';

/** Something that waits until others have read more. */
interface Held {
  readonly bytes: number;
  readonly since: number;
  readonly start: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * What was published on one server and is not known to be read by those to whom it goes. Redis
 * keeps that for them, up to a limit beyond which it cuts them off; so there is one here, and what
 * would be beyond it waits, in order.
 */
export class Window {
  /** Published and not known to be read. */
  private unread = 0;
  private heldBytes = 0;
  private readonly held = new Set<Held>();

  constructor(
    /** Bytes that may be unread before anything waits. */
    private readonly maxUnread: number,
    /** Bytes that may wait. */
    private readonly maxHeld: number,
    /** Milliseconds for which something may wait. */
    private readonly patience: number,
  ) {}

  /** Bytes that wait. */
  get waiting(): number {
    return this.heldBytes;
  }

  /**
   * Publishes now, or when it is the turn of this.
   *
   * @throws PushException UNAVAILABLE when others read too slowly, or too much waits for them
   */
  pass<T>(bytes: number, publish: () => Promise<T>): Promise<T> {
    if (this.held.size === 0 && this.unread < this.maxUnread) {
      this.unread += bytes;
      return publish();
    }
    if (this.heldBytes + bytes > this.maxHeld) {
      return Promise.reject(unavailable('too much waits for nodes that read slowly'));
    }
    return new Promise((resolve, reject) => {
      this.heldBytes += bytes;
      this.held.add({
        bytes,
        since: performance.now(),
        start: () => {
          this.unread += bytes;
          publish().then(resolve, reject);
        },
        fail: reject,
      });
    });
  }

  /** So many of them were read, or nobody can be waited for any longer. */
  read(bytes: number): void {
    this.unread -= bytes;
    const late = performance.now() - this.patience;
    for (const one of this.held) {
      if (one.since < late) this.take(one).fail(unavailable('other nodes read too slowly'));
      else if (this.unread < this.maxUnread) this.take(one).start();
      else break;
    }
  }

  /** Nothing waits any more: what happens to it is decided elsewhere. */
  release(): void {
    for (const one of this.held) this.take(one).start();
  }

  private take(one: Held): Held {
    this.held.delete(one);
    this.heldBytes -= one.bytes;
    return one;
  }
}
