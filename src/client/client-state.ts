import type { PushClientError } from './push-client-error.js';

/** What a client is doing. `code` and `reason` are those of the last close. */
export type ClientState =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting' }
  | { readonly name: 'connected'; readonly uid: string; readonly connectionId: string }
  | {
      readonly name: 'waiting';
      readonly code: number;
      readonly reason: string;
      /** Milliseconds until it connects again; absent while the page is frozen. */
      readonly retryIn?: number;
    }
  | {
      readonly name: 'closed';
      readonly code: number;
      readonly reason: string;
      /** Why it does not come back by itself; absent when the application closed it. */
      readonly error?: PushClientError;
    };
