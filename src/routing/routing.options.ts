import type { Type } from '@nestjs/common';
import type { Checked, OptionTable } from '../options/option-table.js';
import { partWith } from '../options/rules.js';
import { UidsOnlyRoutePolicy, type RoutePolicy } from './route-policy.js';

export interface RoutingOptions {
  /**
   * Says which client may send to whom: an instance, or a class that Nest constructs.
   *
   * @default UidsOnlyRoutePolicy: to uids, not to groups and not to everyone
   */
  routePolicy?: RoutePolicy | Type<RoutePolicy>;
}

export const routingOptions = {
  routePolicy: {
    default: UidsOnlyRoutePolicy,
    rule: partWith('allows', 'a RoutePolicy, or a class of one'),
  },
} satisfies OptionTable<RoutingOptions>;

/** Where the checked options are injected. */
export const ROUTING_OPTIONS = Symbol('RoutingOptions');
export type CheckedRoutingOptions = Checked<RoutingOptions, typeof routingOptions>;
