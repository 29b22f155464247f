import type { FrameId } from '../protocol/frames.js';
import { newAlarm, type Alarm } from './alarm.js';
import { NO_ANSWER, type Encode, type ServerEnvelope } from './envelope.js';
import { onAbort, quiet } from './promises.js';
import { failure, refusal, stale, type PushClientError } from './push-client-error.js';

/** Options of what a client sends. */
export interface SendOptions {
  /** Gives up waiting. What was sent already may have its effect all the same. */
  signal?: AbortSignal | undefined;
  /**
   * Whether the frame may be sent again when the connection broke before its answer came: for what
   * does no harm when it happens twice. Else it rejects with OUTCOME_UNKNOWN.
   * @default false
   */
  repeatable?: boolean | undefined;
}

export interface PostOptions extends SendOptions {
  /** Whether an answer is waited for. @default true */
  reply?: boolean | undefined;
  /** Asked before the frame is sent, now or later: whether there still is a reason to. */
  isCurrent?: (() => boolean) | undefined;
}

export interface OutboxLimits {
  queue: number;
  replyTimeout: number;
}

interface Entry extends PostOptions {
  text: string;
  isSent?: true;
  alarm: Alarm;
  forget: () => void;
  resolve: (data: unknown) => void;
  reject: (error: unknown) => void;
}

export type Outbox = ReturnType<typeof newOutbox>;

/**
 * Frames that wait for a connection, and frames that wait for their answer, in the order of their
 * calls. Each has an id of its own and is sent once; only what is repeatable is sent again.
 */
export function newOutbox(encode: Encode, { queue, replyTimeout }: OutboxLimits) {
  const entries = new Map<FrameId | undefined, Entry>();
  let lastId = 0;
  let send: ((text: string) => void) | undefined;
  let ending: PushClientError | undefined;

  const take = (id: FrameId | undefined): Entry | undefined => {
    const entry = entries.get(id);
    entries.delete(id);
    entry?.alarm.clear();
    entry?.forget();
    return entry;
  };

  const reject = (id: FrameId | undefined, error: unknown): void => take(id)?.reject(error);

  const write = (id: FrameId | undefined, entry: Entry): void => {
    if (entry.isCurrent?.() === false) return reject(id, stale());
    entry.isSent = true;
    send!(entry.text);
    if (entry.reply === false) take(id)!.resolve(undefined);
    else entry.alarm.set(replyTimeout, () => reject(id, failure('TIMEOUT', NO_ANSWER)));
  };

  /** Sends a frame, now or when there is a connection; resolves with the data of its answer. */
  const post = (event: string, data: unknown, options: PostOptions = {}): Promise<unknown> =>
    quiet(
      new Promise((resolve, rejectCall) => {
        const { signal, reply } = options;
        const id = ++lastId;
        if (ending) throw ending;
        if (!send && entries.size >= queue) {
          throw failure(queue ? 'QUEUE_FULL' : 'OFFLINE', 'Send it later.');
        }
        if (signal?.aborted) throw signal.reason;
        const entry: Entry = {
          ...options,
          text: encode(event, data, reply === false ? undefined : id),
          alarm: newAlarm(),
          forget: onAbort(signal, () => reject(id, signal!.reason)),
          resolve,
          reject: rejectCall,
        };
        entries.set(id, entry);
        if (send) write(id, entry);
      }),
    );

  /** Sends a frame that nobody waits for, if there is a connection. */
  const tell = (text: string): void => send?.(text);

  /** Takes frames, after `end()` as well. */
  const begin = (): void => {
    ending = undefined;
  };

  return {
    post,
    begin,
    tell,

    /** There is a connection: what waits goes out. */
    open(sender: (text: string) => void): void {
      send = sender;
      entries.forEach((entry, id) => write(id, entry));
    },

    /** The connection is gone, and with it the answers that were to come. */
    lost(): void {
      send = undefined;
      entries.forEach((entry, id) => {
        entry.alarm.clear();
        if (entry.isSent && !entry.repeatable) {
          reject(id, failure('OUTCOME_UNKNOWN', 'The connection broke.'));
        }
      });
    },

    /** There will be no connection: nothing waits any longer, and nothing is taken. */
    end(error: PushClientError): void {
      ending = error;
      entries.forEach((_, id) => reject(id, error));
    },

    /** Whether the frame is an answer that somebody waited for. */
    answer({ id, event, data }: ServerEnvelope): boolean {
      const entry = take(id);
      if (event === 'error') entry?.reject(refusal(data));
      else entry?.resolve(data);
      return !!entry;
    },
  };
}
