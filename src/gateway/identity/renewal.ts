import { Injectable } from '@nestjs/common';
import { isObject } from '../../protocol/is-object.js';
import { andThen, type MaybePromise } from '../../protocol/maybe-promise.js';
import type { Connection } from '../../registry/connection.js';
import { IdentityRenewal } from '../../routing/handlers/identity-renewal.js';
import { authFailed, Authentication } from './authentication.js';

/** Renews by the application's authenticator, for the same uid only. */
@Injectable()
export class Renewal extends IdentityRenewal {
  constructor(private readonly authentication: Authentication) {
    super();
  }

  override renew(connection: Connection, credential: unknown): MaybePromise<void> {
    if (!isObject(credential)) throw authFailed();
    const { address, codec } = connection;
    const identity = this.authentication.identify({ address, codec, request: null }, credential);
    return andThen(identity, ({ uid, claims, expiresAt }) => {
      if (uid !== connection.uid) throw authFailed();
      connection.renew(claims, expiresAt);
    });
  }
}
