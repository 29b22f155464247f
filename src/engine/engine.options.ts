import type { Checked, OptionTable } from '../options/option-table.js';
import { instanceWith } from '../options/rules.js';
import type { Engine } from './engine.js';

/** Of the way between nodes. */
export interface EngineOptions {
  /**
   * Carries messages and presence between nodes.
   *
   * @default new MemoryEngine(): this process alone
   */
  engine?: Engine | undefined;
}

export const engineOptions = {
  engine: {
    rule: instanceWith('publish', 'an Engine: new MemoryEngine() or new RedisEngine({ … })'),
  },
} satisfies OptionTable<EngineOptions>;

/** Where the checked options are injected. */
export const ENGINE_OPTIONS = Symbol('EngineOptions');
export type CheckedEngineOptions = Checked<EngineOptions, typeof engineOptions>;
