import { failure, type PushClientError } from './push-client-error.js';

type Listener<Value> = (value: Value) => unknown;

/** Told what failed, where no promise tells it. */
export interface Reporter {
  report(error: PushClientError): void;
}

export interface Emitter<Events extends { error: PushClientError }> extends Reporter {
  /** Answers how to stop listening. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void;
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void;
}

/** Who wants to know what. A listener that fails harms neither the others nor who tells them. */
export function newEmitter<Events extends { error: PushClientError }>(): Emitter<Events> {
  const all = new Set<readonly [name: keyof Events, listener: Listener<never>]>();
  const emitter: Emitter<Events> = {
    on(name, listener) {
      const entry = [name, listener] as const;
      all.add(entry);
      return () => all.delete(entry);
    },

    emit(name, value) {
      // Whoever fails to hear of errors is not told of that one.
      const reporter = name === 'error' ? undefined : emitter;
      for (const [wanted, listener] of [...all]) {
        if (wanted === name) void finished(reporter, () => listener(value as never));
      }
    },

    report: (error) => emitter.emit('error', error),
  };
  return emitter;
}

/** Calls the application at once; resolves when it has finished, also when it failed. */
export async function finished(reporter: Reporter | undefined, call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (cause) {
    reporter?.report(failure('LISTENER_FAILED', 'A listener failed.', cause));
  }
}
