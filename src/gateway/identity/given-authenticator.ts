import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ApplicationPart } from '../../options/application-part.js';
import { GATEWAY_OPTIONS, type CheckedGatewayOptions } from '../gateway.options.js';
import type { Authenticator } from './authenticators/authenticator.js';

/** The authenticator that the options name. */
@Injectable()
export class GivenAuthenticator extends ApplicationPart<Authenticator> {
  constructor(
    moduleRef: ModuleRef,
    @Inject(GATEWAY_OPTIONS) { authenticator }: CheckedGatewayOptions,
  ) {
    super(moduleRef, authenticator);
  }
}
