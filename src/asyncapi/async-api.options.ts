import type { OptionTable, Rule } from '../options/option-table.js';
import { TEXT } from '../options/rules.js';

/** What a description of the push socket tells beside the protocol. */
export interface PushAsyncApiOptions {
  /**
   * Where the socket is served, by a name each: `{ production: 'wss://push.example.com' }`.
   * @default none
   */
  servers?: Readonly<Record<string, string>> | undefined;
  /**
   * Path of the socket, as in the options of PushModule.
   * @default '/'
   */
  path?: string | undefined;
  /** @default 'Push socket' */
  title?: string | undefined;
  /**
   * Version of what is described.
   * @default '1', that of the protocol
   */
  version?: string | undefined;
}

const SERVERS: Rule = {
  allowed: 'an object of names and ws:// or wss:// URLs',
  accepts: (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every(isSocketUrl),
};

export const ASYNC_API_OPTIONS = {
  servers: { rule: SERVERS, default: {} },
  path: { rule: TEXT, default: '/' },
  title: { rule: TEXT, default: 'Push socket' },
  version: { rule: TEXT, default: '1' },
} satisfies OptionTable<PushAsyncApiOptions>;

function isSocketUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && /^wss?:/.test(value);
}
