import type { ConnectionLimit } from '../engine/engine.js';
import type { Checked, OptionTable } from '../options/option-table.js';
import { oneOf, whole } from '../options/rules.js';

/** Of connections and messages, over the whole cluster. */
export interface RegistryOptions {
  /**
   * Connections that a uid may have, over the whole cluster; 0 for any number.
   *
   * @default 0 connections
   */
  maxConnectionsPerUid?: number | undefined;

  /**
   * What happens beyond `maxConnectionsPerUid`: `refuse` closes the new connection with 4429,
   * `close-oldest` closes the uid's oldest with 4409. It is 4503, which means to try again, while
   * a node that gives no sign of life holds some of those that count.
   *
   * @default 'refuse'
   */
  connectionLimitPolicy?: ConnectionLimit['beyond'] | undefined;

  /**
   * Largest data of a message, as JSON in UTF-8. A larger one is refused with PAYLOAD_TOO_LARGE
   * where it is sent; one that a program publishes through Redis is counted in `health()` and
   * skipped. The same on every node.
   *
   * @default 1_048_576 bytes (1 MiB)
   */
  maxMessageBytes?: number | undefined;
}

export const registryOptions = {
  maxConnectionsPerUid: { default: 0, rule: whole('connections', 0) },
  connectionLimitPolicy: { default: 'refuse', rule: oneOf('refuse', 'close-oldest') },
  maxMessageBytes: { default: 1_048_576, rule: whole('bytes', 1) },
} satisfies OptionTable<RegistryOptions>;

/** Where the checked options are injected. */
export const REGISTRY_OPTIONS = Symbol('RegistryOptions');
export type CheckedRegistryOptions = Checked<RegistryOptions, typeof registryOptions>;
