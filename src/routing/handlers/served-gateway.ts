import type { Type } from '@nestjs/common';
import { placeOf } from './found-gateways.js';
import { PushGateway } from './push-gateway.decorator.js';
import type { UidGateway } from './uid.gateway.js';

/**
 * The subclass of `UidGateway` as the module serves it. Nest's own `@WebSocketGateway()`, which
 * says no path, would move it to `/`, to a server without authentication.
 */
export function servedGateway(gateway: Type<UidGateway>): Type<UidGateway> {
  const { path, hasPort } = placeOf(gateway);
  if (path === undefined && !hasPort) PushGateway()(gateway);
  return gateway;
}
