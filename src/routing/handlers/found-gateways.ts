import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { GATEWAY_METADATA, GATEWAY_OPTIONS, PORT_METADATA } from '@nestjs/websockets/constants.js';
import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets';
import { PUSH_PATH } from './push-gateway.decorator.js';

type GatewayInstance = Partial<OnGatewayConnection & OnGatewayDisconnect>;

/** A gateway that a module of the application provides. */
export interface FoundGateway {
  readonly metatype: Type<GatewayInstance>;
  /** Of a request-scoped gateway only its prototype is behind it. */
  readonly instance: GatewayInstance;
  /** Name of the module that provides it. */
  readonly module: string;
  /** Where it listens; undefined for a port of its own. */
  readonly path: string | undefined;
  /** Whether its decorator says where. */
  readonly isPlaced: boolean;
}

/** Every gateway of the application, that of PushModule among them. */
export function findGateways(modules: ModulesContainer): FoundGateway[] {
  return [...modules.values()].flatMap((module) =>
    [...module.providers.values()]
      .filter((wrapper) => typeof wrapper.metatype === 'function' && !wrapper.isNotMetatype)
      .filter(({ metatype }) => Reflect.hasMetadata(GATEWAY_METADATA, metatype!))
      .map(({ metatype, instance }) => {
        const gateway = metatype as Type<GatewayInstance>;
        const place = placeOf(gateway);
        return {
          metatype: gateway,
          instance: instance as GatewayInstance,
          module: module.name,
          path: place.hasPort ? undefined : normalizePath(place.path),
          isPlaced: place.hasPort || place.path !== undefined,
        };
      }),
  );
}

/** What the decorator of a gateway says of where it listens. */
export function placeOf(metatype: Type): { path: string | undefined; hasPort: boolean } {
  const options = Reflect.getMetadata(GATEWAY_OPTIONS, metatype) as { path?: string } | undefined;
  return { path: options?.path, hasPort: Boolean(Reflect.getMetadata(PORT_METADATA, metatype)) };
}

/** `/a` for `a`, `/a/` and `/a`; `/` for nothing. As Nest's adapter compares paths. */
export function normalizePath(path = ''): string {
  return path === PUSH_PATH ? path : `/${path.replace(/^\/+|\/+$/g, '')}`;
}
