import type { Browser, Channel } from '../../src/client/shared/browser.js';

interface Waiting {
  readonly take: () => void;
  readonly signal: AbortSignal | undefined;
}

/** Web Locks and BroadcastChannel of one browser, for the tabs of a test. */
export class FakeBrowser implements Browser {
  private readonly channels = new Set<FakeChannel>();
  private readonly queues = new Map<string, Waiting[]>();

  readonly locks: Browser['locks'] = {
    request: (name, { signal }, whileHeld) =>
      new Promise((resolve, reject) => {
        const queue = this.queues.get(name) ?? [];
        this.queues.set(name, queue);
        const release = (): void => {
          queue.shift();
          this.grant(queue);
        };
        const take = (): void => void whileHeld().then(resolve, reject).finally(release);
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
        queue.push({ take, signal });
        if (queue.length === 1) this.grant(queue);
      }),
  };

  newChannel = (): Channel => {
    const post = (from: FakeChannel, data: unknown): void => {
      for (const channel of this.channels) {
        if (channel !== from) queueMicrotask(() => channel.onmessage?.({ data } as never));
      }
    };
    const channel = new FakeChannel(post, () => this.channels.delete(channel));
    this.channels.add(channel);
    return channel;
  };

  private grant(queue: Waiting[]): void {
    while (queue[0]?.signal?.aborted === true) queue.shift();
    const next = queue[0];
    if (next !== undefined) queueMicrotask(next.take);
  }
}

class FakeChannel implements Channel {
  onmessage: ((event: never) => void) | null = null;

  constructor(
    private readonly post: (from: FakeChannel, message: unknown) => void,
    private readonly end: () => void,
  ) {}

  postMessage(message: unknown): void {
    this.post(this, message);
  }

  close(): void {
    this.onmessage = null;
    this.end();
  }
}
