import type { Recover, StreamData, StreamPosition } from '../protocol/frames.js';
import type { Reporter } from './emitter.js';
import { failure } from './push-client-error.js';

/** Where a position is kept: `localStorage` and React Native's AsyncStorage are such. */
export interface PositionStorage {
  /** What was kept under the key; null if nothing was. */
  getItem(key: string): string | null | Promise<string | null>;
  /** Keeps the value; a promise is waited for before the next one. */
  setItem(key: string, value: string): unknown;
}

export type Position = ReturnType<typeof newPosition>;

/**
 * Where this client is in the stream of its uid. Two offsets move: what was received, by which
 * duplicates are known and a reconnect of this process resumes, and what was handled, by which
 * the next process does.
 */
export function newPosition(
  storage: PositionStorage | undefined,
  key: string,
  unread: boolean | undefined,
  reporter: Reporter,
) {
  let epoch: string | undefined;
  let received: number | undefined;
  let handled: StreamPosition | undefined;
  let loading: Promise<void> | undefined;
  let saving: Promise<unknown> = Promise.resolve();

  const failed = (cause: unknown): void =>
    reporter.report(failure('STORAGE_FAILED', 'The storage failed.', cause));

  /** A position that cannot be read is none: the server is asked as by a client without one. */
  const load = async (): Promise<void> => {
    try {
      const kept = JSON.parse((await storage?.getItem(key)) ?? '{}') as Partial<StreamPosition>;
      // The server refuses what is no position, and the client with it.
      if (typeof kept.epoch !== 'string' || !Number.isInteger(kept.offset)) return;
      ({ epoch, offset: received } = kept);
    } catch (cause) {
      failed(cause);
    }
  };

  /** Keeps that everything up to here is handled; one write after another, of what is newest. */
  const save = (position: StreamPosition): void => {
    if (handled?.epoch === position.epoch && handled.offset >= position.offset) return;
    handled = position;
    if (storage) {
      saving = saving.then(() => storage.setItem(key, JSON.stringify(handled))).catch(failed);
    }
  };

  /** What to ask for when authenticating; reads the storage the first time. */
  const recover = async (): Promise<Recover | undefined> => {
    await (loading ??= load());
    if (epoch && received !== undefined) return { epoch, offset: received };
    return unread ? 'unread' : undefined;
  };

  return {
    save,
    recover,

    /** Takes over what the server says of the stream; answers whether it is another one. */
    welcome({ epoch: named, offset, recovered }: StreamData): boolean {
      const isAnother = named !== epoch;
      epoch = named;
      if (!recovered) {
        received = offset;
        save({ epoch, offset });
      } else if (isAnother) {
        // After "unread" nobody knows where the missed messages begin: the first of them says it.
        received = undefined;
      }
      return isAnother;
    },

    /** The place of a message that has not been seen before; undefined for a duplicate. */
    accept(offset: number): StreamPosition | undefined {
      if (offset <= (received ?? 0)) return undefined;
      received = offset;
      return { epoch: epoch!, offset };
    },

    isCurrent: (position: StreamPosition): boolean => position.epoch === epoch,
  };
}
