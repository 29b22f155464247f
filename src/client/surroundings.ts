/** What the client does when the page or the network changes. */
export interface Waking {
  /** Something came back: look at once whether the connection is alive, or connect. */
  wake: () => void;
  /** There is a reason to doubt the connection: ask whether it is alive. */
  probe: () => void;
  /** The page is about to be stopped: nothing can be handled until it wakes. */
  sleep: () => void;
}

/** The part of `window`, `self` and `document` that is used; Node and React Native have none. */
interface EventSource {
  addEventListener?(event: string, listener: () => void, options: { signal: AbortSignal }): void;
}

interface Page extends EventSource {
  visibilityState: string;
}

/** Tells of the page's and the network's changes until the signal aborts. */
export function watchSurroundings({ wake, probe, sleep }: Waking, signal: AbortSignal): void {
  const world = globalThis as unknown as EventSource & { document?: Page };
  const { document } = world;
  const listeners: [EventSource | undefined, string, () => void][] = [
    [world, 'online', wake],
    // A connection may outlive the network's absence, so it is asked and not closed.
    [world, 'offline', probe],
    [document, 'visibilitychange', () => document!.visibilityState === 'visible' && wake()],
    [document, 'resume', wake],
    [document, 'freeze', sleep],
  ];
  for (const [source, event, listener] of listeners) {
    source?.addEventListener?.(event, listener, { signal });
  }
}
