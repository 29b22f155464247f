import type { PresenceData } from '../protocol/frames.js';

/** Who has asked the engine to watch uids. */
export interface PresenceWatcher {
  /** How it stands with one of them: the first time, or after a change. Never throws. */
  seen(presence: PresenceData): void;
}
