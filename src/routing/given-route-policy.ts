import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ApplicationPart } from '../options/application-part.js';
import type { RoutePolicy } from './route-policy.js';
import { ROUTING_OPTIONS, type CheckedRoutingOptions } from './routing.options.js';

/** The route policy that the options name. */
@Injectable()
export class GivenRoutePolicy extends ApplicationPart<RoutePolicy> {
  constructor(
    moduleRef: ModuleRef,
    @Inject(ROUTING_OPTIONS) { routePolicy }: CheckedRoutingOptions,
  ) {
    super(moduleRef, routePolicy);
  }
}
