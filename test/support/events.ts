import type { ConnectionRegistryService, PushEvent } from '../../src/index.js';
import { Mailbox } from './mailbox.js';

export interface EventLog {
  readonly seen: readonly PushEvent[];
  /** The oldest event that matches and was not taken yet, now or when it comes. */
  waitFor(matches: (event: PushEvent) => boolean): Promise<PushEvent>;
}

/** Everything that `events$` tells from now on. */
export function eventsOf(push: ConnectionRegistryService): EventLog {
  const mailbox = new Mailbox<PushEvent>((event) => JSON.stringify(event));
  push.events$.subscribe((event) => mailbox.put(event));
  return {
    seen: mailbox.all,
    waitFor: (matches) => mailbox.take(`an event with ${matches.toString()}`, matches),
  };
}
