import type { KeptMessages } from '../delivery/archive.js';
import type { SendOutcome } from '../delivery/send-options.js';
import type { ConnectionInfo } from '../engine/connection-info.js';
import type { Counts } from '../engine/engine.js';
import type { Explanation } from '../history/history.js';
import type { NodeReport } from '../registry/reporter.js';

/** What the page gets every second, as data of a `message`. */
export interface Snapshot {
  readonly type: 'snapshot';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The node to which the page is connected. */
  readonly via: string;
  /** Of the cluster; null while that cannot be asked. */
  readonly counts: Counts | null;
  readonly nodes: readonly NodeReport[];
  /** Nodes that have not reported within five seconds. */
  readonly silent: readonly string[];
}

/** What is known of a uid. */
export interface UidReport {
  readonly uid: string;
  readonly connections: readonly ConnectionInfo[];
  /** The latest of what is kept for it; null where there is no history. */
  readonly kept: KeptMessages | null;
}

/** What goes over the page's socket, as `PushClient` takes it. */
export interface AdminEvents {
  message: Snapshot;
  emits: {
    uid: { data: { uid: string }; reply: UidReport };
    explain: { data: { id: string; uid: string }; reply: Explanation | null };
    push: { data: { uid: string; data: unknown; retain: boolean }; reply: SendOutcome };
    disconnect: { data: { target: string }; reply: { nodes: number } };
  };
}
