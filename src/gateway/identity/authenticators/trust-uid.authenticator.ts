import { Logger } from '@nestjs/common';
import type { Credential } from '../../../protocol/frames.js';
import { isUid } from '../../../protocol/names.js';
import { Authenticator, type AuthenticationContext, type Identity } from './authenticator.js';
import { readCredential } from './credential.js';

/**
 * Believes what the client says: the uid is the first frame of a text client, or `uid` in the
 * `auth` data of a json client (`{ "uid": "ada" }`). This is how Workerman's example knows its
 * users.
 *
 * There is no authentication here. Anyone who reaches the port can take any uid and read what is
 * sent to it, so it is for demos and tests only, and it warns in the log whenever one is made.
 * A string that is not a uid (empty, longer than 128 characters, with control characters,
 * reserved) is refused.
 */
export class TrustUidAuthenticator extends Authenticator {
  constructor() {
    super();
    // Here and not in a lifecycle hook: an instance given to `forRoot` is never seen by Nest.
    new Logger(TrustUidAuthenticator.name).warn(
      "Trusts every client's word: anyone can take any uid. For demos only; " +
        'use JwtAuthenticator or an authenticator of your own for real users.',
    );
  }

  authenticate(
    credential: Credential,
    context?: Pick<AuthenticationContext, 'refuse'>,
  ): Identity | null {
    const uid = readCredential(credential, 'uid');
    if (isUid(uid)) return { uid };
    context?.refuse('no uid');
    return null;
  }
}
