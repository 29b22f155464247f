import type { PushClient, ReceivedMessage } from '/push-client.min.js';
import type { ChatEvents } from '../chat-events.js';

/** A message of somebody that was not looked at yet. */
interface Unseen {
  message: ReceivedMessage;
  /** Who is told when it was; nobody for what no person has said. */
  teller: string | undefined;
}

/**
 * Acknowledges what somebody looks at: messages that come while the tab is hidden wait until it
 * is shown. Then their senders are told to ask the server what it knows.
 */
export function newSeen(client: PushClient<ChatEvents>): {
  add(message: ReceivedMessage, teller: string | undefined): void;
  stop(): void;
} {
  let unseen: Unseen[] = [];
  const ending = new AbortController();

  const look = async (): Promise<void> => {
    const last = unseen.at(-1);
    if (last === undefined || document.visibilityState !== 'visible') return;
    const seen = unseen;
    unseen = [];
    try {
      await client.ack(last.message);
    } catch {
      // The stream is no more, or the user has signed out: nobody is told what is not known.
      return;
    }
    for (const { message, teller } of seen) {
      if (teller === undefined) continue;
      void client.send(teller, { type: 'seen', id: message.id });
    }
  };

  document.addEventListener('visibilitychange', () => void look(), { signal: ending.signal });

  return {
    add(message, teller) {
      if (message.position === undefined) return;
      unseen.push({ message, teller });
      void look();
    },
    stop: () => ending.abort(),
  };
}
