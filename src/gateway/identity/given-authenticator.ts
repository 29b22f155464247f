import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ApplicationPart } from '../../options/application-part.js';
import type { Credential } from '../../protocol/frames.js';
import type { MaybePromise } from '../../protocol/maybe-promise.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from '../gateway.options.js';
import type {
  AuthenticationContext,
  Authenticator,
  Identity,
} from './authenticators/authenticator.js';

/** The authenticator that the options name; a test may put another in its place. */
@Injectable()
export class GivenAuthenticator extends ApplicationPart<Authenticator> implements Authenticator {
  constructor(
    moduleRef: ModuleRef,
    @Inject(GATEWAY_OPTIONS) { authenticator }: CheckedGatewayOptions,
  ) {
    super(moduleRef, authenticator);
  }

  authenticate(
    credential: Credential,
    context: AuthenticationContext,
  ): MaybePromise<Identity | null> {
    return this.get().authenticate(credential, context);
  }
}
