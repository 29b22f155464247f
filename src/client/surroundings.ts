/** The part of `window` and `self` that is used; Node and React Native have none of it. */
interface World {
  document?: { hidden: boolean };
  addEventListener?(event: string, listener: () => void, options: object): void;
}

/**
 * Tells of the page's and the network's changes until the signal aborts.
 *
 * @param wake something came back: look at once whether the connection is alive, or connect
 * @param probe there is a reason to doubt the connection: ask whether it is alive
 * @param sleep the page is about to be stopped: nothing can be handled until it wakes
 */
export function watchSurroundings(
  wake: () => void,
  probe: () => void,
  sleep: () => void,
  signal: AbortSignal,
): void {
  const world = globalThis as World;
  const listeners: Record<string, () => void> = {
    online: wake,
    // A connection may outlive the network's absence, so it is asked and not closed.
    offline: probe,
    visibilitychange: () => world.document!.hidden || wake(),
    resume: wake,
    freeze: sleep,
  };
  // While they are captured, the window sees the document's events as well.
  for (const event in listeners) {
    world.addEventListener?.(event, listeners[event], { signal, capture: true });
  }
}
