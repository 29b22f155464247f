import type { RequestData } from '../protocol/frames.js';
import type { Reporter } from './emitter.js';
import type { Encode } from './envelope.js';
import { failure, PushClientError } from './push-client-error.js';

/** Of a request that this device is asked. */
export interface RequestContext {
  /** The request's id. Opaque. */
  id: string;
  /** Aborts when the request is over: answered elsewhere, too late, or the connection is gone. */
  signal: AbortSignal;
}

export type RequestHandler = (data: unknown, context: RequestContext) => unknown;

/** What the server asks this device, and its answers: each goes to the connection it came by. */
export function newRequests(encode: Encode, send: (text: string) => void, reporter: Reporter) {
  const open = new Map<string, AbortController>();
  let handler: RequestHandler | undefined;

  /** What a handler throws as PushClientError is for the server; anything else stays here. */
  const refusalOf = (error: unknown, { aborted }: AbortSignal): PushClientError => {
    if (error instanceof PushClientError) return error;
    if (!aborted) reporter.report(failure('LISTENER_FAILED', 'A listener failed.', error));
    return failure('REJECTED', 'A listener failed.');
  };

  const cancel = (id: string): void => {
    open.get(id)?.abort();
    open.delete(id);
  };

  /** Takes the place of the former handler; answers how to stop answering. */
  const handle = (next: RequestHandler): (() => void) => {
    handler = next;
    return () => {
      if (handler === next) handler = undefined;
    };
  };

  return {
    cancel,
    handle,

    /** The connection that asked is gone. */
    cancelAll(): void {
      open.forEach((_, id) => cancel(id));
    },

    async ask({ id, data }: RequestData): Promise<void> {
      const controller = new AbortController();
      const { signal } = controller;
      open.set(id, controller);
      let text: string;
      try {
        if (!handler) throw failure('REJECTED', 'Nothing here answers.');
        const answer: unknown = await handler(data, { id, signal });
        text = encode('response', { id, data: answer ?? null });
      } catch (error) {
        const { code, message } = refusalOf(error, signal);
        text = encode('response', { id, error: { code, message } });
      }
      if (signal.aborted) return;
      open.delete(id);
      send(text);
    },
  };
}
