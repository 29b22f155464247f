import type { Checked, OptionTable } from '../options/option-table.js';
import { whole } from '../options/rules.js';

/** Of clients that watch who is online. */
export interface WatchingOptions {
  /**
   * Uids that one connection may watch at a time; a `watch` frame beyond it is refused with
   * VALIDATION_FAILED.
   *
   * @default 1_000 uids
   */
  maxWatched?: number | undefined;

  /**
   * The same of all connections of a node together, a uid that several watch counted for each; a
   * `watch` frame beyond it is refused with RATE_LIMITED. One costs about a kilobyte of memory where
   * nobody else watches the uid.
   *
   * @default 200_000 uids
   */
  maxTotalWatched?: number | undefined;
}

export const watchingOptions = {
  maxWatched: { default: 1_000, rule: whole('uids', 1) },
  maxTotalWatched: { default: 200_000, rule: whole('uids', 1) },
} satisfies OptionTable<WatchingOptions>;

/** Where the checked options are injected. */
export const WATCHING_OPTIONS = Symbol('WatchingOptions');
export type CheckedWatchingOptions = Checked<WatchingOptions, typeof watchingOptions>;
