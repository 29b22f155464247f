import type { Delivery, Inbox, ReceivedMessage } from './inbox.js';

/** What ends a stream of messages: an error, or undefined for a good end. */
interface StreamEnd {
  readonly error?: unknown;
}

/**
 * Messages one after another, from the first `next()` on. A message is handled when the next one
 * is asked for, or the loop is left.
 *
 * @param onEnd is given what ends the stream; answers how to forget it
 */
export async function* messagesOf<Data>(
  inbox: Inbox,
  onEnd: (end: (error?: unknown) => void) => () => void,
): AsyncGenerator<ReceivedMessage<Data>, undefined> {
  let unread: Delivery[] = [];
  let ending: StreamEnd | undefined;
  let wake: (() => void) | undefined;
  const end = (error?: unknown): void => {
    ending ??= { error };
    wake?.();
  };
  const forget = onEnd(end);
  const leave = inbox.add((delivery) => {
    if (unread.push(delivery) > inbox.max) {
      unread = [];
      end(inbox.overflow());
    }
    wake?.();
  });
  try {
    while (!ending) {
      const delivery = unread.shift();
      if (delivery) {
        try {
          yield delivery.message as ReceivedMessage<Data>;
        } finally {
          inbox.finish(delivery);
        }
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    if (ending.error) throw ending.error;
  } finally {
    leave();
    forget();
    inbox.giveBack(unread);
  }
}
