import { brokenOption } from '../options/check-options.js';
import type { OptionTable } from '../options/option-table.js';
import { whole } from '../options/rules.js';

const MIB = 1024 * 1024;

/**
 * How much is kept, and for how long. Where several nodes share a history they are to have the
 * same limits.
 */
export interface HistoryOptions {
  /**
   * Messages that are kept for a uid; beyond it the oldest go.
   *
   * @default 1_000 messages
   */
  maxLength?: number | undefined;

  /**
   * What is kept for a uid may take so much; beyond it the oldest messages go. Counted are the
   * data as JSON in UTF-8, and a few hundred bytes for each message. A message that is larger
   * alone is refused with PAYLOAD_TOO_LARGE.
   *
   * @default 1_048_576 bytes (1 MiB)
   */
  maxBytes?: number | undefined;

  /**
   * A message is kept for so long at the most, and never delivered afterwards. A uid for which
   * nothing is kept, and that has not been here for so long, is forgotten with its cursors.
   *
   * @default 86_400_000 ms (a day)
   */
  ttl?: number | undefined;

  /**
   * What is kept for all uids may take so much; beyond it the oldest messages go, whosever they
   * are. Counted as for `maxBytes`, which it must reach. A Redis Cluster gives each shard its part
   * of it, at least `maxBytes`.
   *
   * @default 268_435_456 bytes (256 MiB)
   */
  maxTotalBytes?: number | undefined;

  /**
   * Uids of which the stream is kept, also one without messages; beyond it the uid that was silent
   * for the longest is forgotten, with its messages and cursors, and its clients are told that
   * their stream is another one. Beside messages a stream takes about 300 bytes, and 100 and the
   * name for each device. A Redis Cluster gives each shard its part.
   *
   * @default 1_000_000 streams
   */
  maxStreams?: number | undefined;

  /**
   * Devices of a uid whose cursors are kept; beyond it the one that was silent for the longest is
   * forgotten, and gets again what it had acknowledged.
   *
   * @default 32 devices
   */
  maxDevices?: number | undefined;

  /**
   * Notes that are kept for a uid of which connection was written or acknowledged what and when,
   * for `explain`; beyond it the oldest go. 0 for none: `explain` then tells of no devices, and no
   * message is `written`.
   *
   * @default 1_000 notes
   */
  maxNotes?: number | undefined;

  /**
   * Whoever takes on an undelivered message has so long to hand it over before it is somebody
   * else's turn.
   *
   * @default 60_000 ms
   */
  undeliveredLease?: number | undefined;
}

export const historyOptions = {
  maxLength: { default: 1_000, rule: whole('messages', 1, 100_000) },
  maxBytes: { default: MIB, rule: whole('bytes', 1_024) },
  ttl: { default: 86_400_000, rule: whole('ms', 1_000) },
  maxTotalBytes: { default: 256 * MIB, rule: whole('bytes', 1_024, Infinity) },
  maxStreams: { default: 1_000_000, rule: whole('streams', 1) },
  maxDevices: { default: 32, rule: whole('devices', 1, 1_000) },
  maxNotes: { default: 1_000, rule: whole('notes', 0, 100_000) },
  undeliveredLease: { default: 60_000, rule: whole('ms', 100) },
} satisfies OptionTable<HistoryOptions>;

/** Each of them has a default. */
export type CheckedHistoryOptions = {
  readonly [Name in keyof HistoryOptions]-?: Exclude<HistoryOptions[Name], undefined>;
};

/** @throws Error when what is kept of all has less room than what is kept of one */
export function checkTotals<O extends CheckedHistoryOptions>(checked: O): O {
  const { maxBytes, maxTotalBytes } = checked;
  if (maxTotalBytes < maxBytes) {
    const allowed = `at least "maxBytes", which is ${maxBytes}`;
    throw brokenOption('PushModule history', 'maxTotalBytes', String(maxTotalBytes), allowed);
  }
  return checked;
}
