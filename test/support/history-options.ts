import {
  checkTotals,
  historyOptions,
  type CheckedHistoryOptions,
  type HistoryOptions,
} from '../../src/history/history.options.js';
import { checkOptions } from '../../src/options/check-options.js';

/** Options of a history alone, without those of the delivery that uses it. */
export function checkHistoryOptions(given: HistoryOptions): CheckedHistoryOptions {
  return checkTotals(checkOptions('PushModule history', historyOptions, given));
}
