import type { Provider, Type } from '@nestjs/common';
import { FrameDispatcher, FrameHandlers } from './frames/frame-dispatcher.js';
import { GivenRoutePolicy } from './given-route-policy.js';
import { NestHandlers } from './handlers/nest-handlers.js';
import { servedGateway } from './handlers/served-gateway.js';
import { SharedGateways } from './handlers/shared-gateways.js';
import { UidGateway } from './handlers/uid.gateway.js';
import { MessageRouter } from './message-router.js';
import { WatchRouter } from './watch-router.js';
import { ROUTING_OPTIONS, type CheckedRoutingOptions } from './routing.options.js';

/** @param gateway `UidGateway`, or the application's subclass of it */
export function routingProviders(gateway: Type<UidGateway>): Provider[] {
  return [
    GivenRoutePolicy,
    MessageRouter,
    WatchRouter,
    { provide: UidGateway, useClass: servedGateway(gateway) },
    SharedGateways,
    NestHandlers,
    { provide: FrameHandlers, useExisting: NestHandlers },
    {
      provide: FrameDispatcher,
      useFactory: (handlers: FrameHandlers, options: CheckedRoutingOptions) =>
        new FrameDispatcher(handlers, options),
      inject: [FrameHandlers, ROUTING_OPTIONS],
    },
  ];
}
