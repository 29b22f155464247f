/** What of a browser several tabs need to share a connection; Node and old browsers lack it. */
export interface Browser {
  locks: LockManager;
  newChannel: (name: string) => Channel;
}

/** The part of Web Locks that is used: whoever holds a lock is the only one, until it is gone. */
interface LockManager {
  request(
    name: string,
    options: { signal?: AbortSignal },
    whileHeld: () => Promise<void>,
  ): Promise<unknown>;
}

/** The part of BroadcastChannel that is used: what one tab posts all others get, in order. */
export interface Channel {
  onmessage: ((event: never) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** The browser around us; undefined where tabs cannot find each other. */
export function thisBrowser(): Browser | undefined {
  const { navigator, BroadcastChannel } = globalThis as unknown as {
    navigator?: { locks?: LockManager };
    BroadcastChannel?: new (name: string) => Channel;
  };
  const locks = navigator?.locks;
  if (locks === undefined || BroadcastChannel === undefined) return undefined;
  return { locks, newChannel: (name) => new BroadcastChannel(name) };
}
