import { Injectable } from '@nestjs/common';
import { isObject } from '../../protocol/is-object.js';
import { andThen, orElse, type MaybePromise } from '../../protocol/maybe-promise.js';
import type { Connection } from '../../registry/connection.js';
import { IdentityRenewal } from '../../routing/handlers/identity-renewal.js';
import { Authentication } from './authentication.js';
import type { Identity } from './authenticators/authenticator.js';
import { IdentityRefused } from './identity-refused.js';
import { Refusals } from './refusals.js';

/** Renews by the application's authenticator, for the same uid only. */
@Injectable()
export class Renewal extends IdentityRenewal {
  constructor(
    private readonly authentication: Authentication,
    private readonly refusals: Refusals,
  ) {
    super();
  }

  override renew(connection: Connection, credential: unknown): MaybePromise<void> {
    return orElse(
      () =>
        andThen(this.identify(connection, credential), ({ uid, claims, expiresAt }) => {
          if (uid !== connection.uid) throw new IdentityRefused('the uid is another one');
          connection.renew(claims, expiresAt);
        }),
      (error) => this.refused(connection, error),
    );
  }

  private identify(connection: Connection, credential: unknown): MaybePromise<Identity> {
    if (!isObject(credential)) throw new IdentityRefused('the credential is no object');
    const { address, codec, transport } = connection;
    const applicant = { address, codec, request: null, socket: transport };
    return this.authentication.identify(applicant, credential);
  }

  private refused(connection: Connection, error: unknown): never {
    if (error instanceof IdentityRefused && !connection.transport.isClosed) {
      this.refusals.tell(connection, error.reason);
    }
    throw error;
  }
}
