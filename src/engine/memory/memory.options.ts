import { checkOptions } from '../../options/check-options.js';
import type { OptionTable } from '../../options/option-table.js';
import { whole } from '../../options/rules.js';

/** What is kept of a process that is the whole system. */
export interface MemoryClusterOptions {
  /**
   * Idempotency keys that are remembered; beyond it the oldest are forgotten, before their
   * `idempotencyWindow` is over. An answer of more than 1,024 characters, as one with many receipts
   * is, counts as several.
   *
   * @default 100_000 keys
   */
  maxKeys?: number | undefined;
}

const memoryClusterOptions = {
  maxKeys: { default: 100_000, rule: whole('keys', 1) },
} satisfies OptionTable<MemoryClusterOptions>;

/** @throws Error that names the broken option and what is allowed */
export function checkMemoryClusterOptions(
  given: MemoryClusterOptions,
): Readonly<Required<MemoryClusterOptions>> {
  return checkOptions('MemoryCluster', memoryClusterOptions, given);
}
