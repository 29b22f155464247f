import type { IncomingMessage } from 'node:http';

/** What is answered to an upgrade that is not taken. */
export interface UpgradeRefusal {
  readonly status: number;
  /** One sentence for people, without anything of the request. */
  readonly sentence: string;
}

/** Where the rules are injected that stand before our path. */
export const UPGRADE_RULES = Symbol('UpgradeRules');

/** Something that may stand against an upgrade of our path. */
export interface UpgradeRule {
  /** Undefined when the upgrade may be taken as far as this rule is concerned. */
  refuse(request: IncomingMessage): UpgradeRefusal | undefined;
}
