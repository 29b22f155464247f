import type { MaybePromise } from '../../protocol/maybe-promise.js';
import type { Connection } from '../../registry/connection.js';

/** Renews the identity of an open connection; who knows identities provides it. */
export abstract class IdentityRenewal {
  /** @throws PushException AUTH_FAILED when it is refused or names another uid */
  abstract renew(connection: Connection, credential: unknown): MaybePromise<void>;
}
