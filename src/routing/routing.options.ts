import type { Type } from '@nestjs/common';
import type { Checked, OptionTable } from '../options/option-table.js';
import { partWith, whole } from '../options/rules.js';
import { UidsOnlyRoutePolicy, type RoutePolicy } from './route-policy.js';

/** Of what clients may send. */
export interface RoutingOptions {
  /**
   * Says which client may send to whom, and whom it may watch: an instance, or a class that Nest
   * constructs.
   *
   * @default UidsOnlyRoutePolicy: to uids, not to groups and not to everyone; nobody may be watched
   */
  routePolicy?: RoutePolicy | Type<RoutePolicy> | undefined;

  /**
   * Messages of one connection that may be on their way through the engine together, in order, so
   * that a client's rate does not hang on the time to Redis and back. Beyond it the next frame
   * waits. The memory engine answers at once.
   *
   * @default 64 messages
   */
  maxPendingSends?: number | undefined;

  /**
   * Frames of one connection in a row that are not of the protocol (`BAD_FRAME`); with the next one
   * it is closed with 4400.
   *
   * @default 32 frames
   */
  maxBadFrames?: number | undefined;
}

export const routingOptions = {
  routePolicy: {
    default: UidsOnlyRoutePolicy,
    rule: partWith('allows', 'a RoutePolicy, or a class of one'),
  },
  maxPendingSends: { default: 64, rule: whole('messages', 1) },
  maxBadFrames: { default: 32, rule: whole('frames', 1) },
} satisfies OptionTable<RoutingOptions>;

/** Where the checked options are injected. */
export const ROUTING_OPTIONS = Symbol('RoutingOptions');
export type CheckedRoutingOptions = Checked<RoutingOptions, typeof routingOptions>;
