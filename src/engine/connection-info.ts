import type { CodecName } from '../protocol/codec.js';

/** What the cluster tells of one connection. All of it is JSON. */
export interface ConnectionInfo {
  connectionId: string;
  uid: string;
  /** The name that the client or the authenticator gave to the device or tab. */
  device?: string;
  /** The node that holds the connection. */
  node: string;
  codec: CodecName;
  /** When it was authenticated: ISO 8601, UTC. */
  since: string;
  /** The peer's network address. */
  address: string;
  /** What the authenticator returned beside the uid. */
  claims: Readonly<Record<string, unknown>>;
  /** What handlers set on the connection. */
  attributes: Readonly<Record<string, unknown>>;
}
