/**
 * React: a hook of ten lines that gives the messages since the component was mounted. The client
 * is made once, outside of components, and shared by all of them.
 */
import type { PushClient, ReceivedMessage } from 'nestjs-uid-push/client';
import { useMemo, useSyncExternalStore } from 'react';

export function useMessages(client: PushClient): readonly ReceivedMessage[] {
  const store = useMemo(() => {
    let messages: readonly ReceivedMessage[] = [];
    const subscribe = (changed: () => void) =>
      client.on('message', (message) => {
        messages = [...messages, message];
        changed();
      });
    return { subscribe, read: () => messages };
  }, [client]);
  return useSyncExternalStore(store.subscribe, store.read, store.read);
}
