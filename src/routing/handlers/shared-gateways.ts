import { Inject, Injectable, Logger, type Type } from '@nestjs/common';
import { EXCEPTION_FILTERS_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import {
  GATEWAY_METADATA,
  GATEWAY_OPTIONS,
  MESSAGE_METADATA,
  PORT_METADATA,
} from '@nestjs/websockets/constants.js';
import type { OnGatewayConnection, OnGatewayDisconnect } from '@nestjs/websockets';
import { PushExceptionFilter } from './push-exception.filter.js';
import { OWN_EVENTS } from './own-events.js';
import { PUSH_PATH, UidGateway } from './uid.gateway.js';

/** Where the path of our socket is injected, which the room of the sockets knows. */
export const SOCKET_PATH = Symbol('SocketPath');

type GatewayInstance = Partial<OnGatewayConnection & OnGatewayDisconnect>;

/**
 * The application's gateways that share our socket. Nest leaves two things to be desired for
 * them: exceptions that no filter of theirs catches are answered in a form of its own, with the
 * client's data and a stack in the log; and a throw in `handleConnection` ends the process
 * (nest#2028).
 */
@Injectable()
export class SharedGateways {
  private readonly logger = new Logger('PushModule');
  private readonly filter = new PushExceptionFilter();

  constructor(
    private readonly modules: ModulesContainer,
    @Inject(SOCKET_PATH) private readonly path: string,
  ) {}

  /** Puts our filter behind theirs. Nest reads the metadata when it binds the handlers. */
  prepare(): void {
    const owners = new Map<string, string>(
      Object.entries(OWN_EVENTS).map(([event, { method }]) => [event, `UidGateway.${method}`]),
    );
    for (const { metatype } of this.wrappers()) {
      if (!isUidGateway(metatype)) this.claimEvents(metatype, owners);
      const filters = (Reflect.getMetadata(EXCEPTION_FILTERS_METADATA, metatype) ?? []) as object[];
      if (filters.some((filter) => filter instanceof PushExceptionFilter)) continue;
      // First in the list is last in line: Nest asks a class's filters from the end.
      Reflect.defineMetadata(EXCEPTION_FILTERS_METADATA, [this.filter, ...filters], metatype);
    }
  }

  /** Keeps what their connection hooks throw from ending the process. */
  guardHooks(): void {
    for (const { instance } of this.wrappers()) {
      this.guard(instance, 'handleConnection');
      this.guard(instance, 'handleDisconnect');
    }
  }

  /** Whether one of them wants to hear of connections. */
  get haveHooks(): boolean {
    return this.wrappers().some(
      ({ metatype }) =>
        'handleConnection' in metatype.prototype || 'handleDisconnect' in metatype.prototype,
    );
  }

  private wrappers(): { metatype: Type<GatewayInstance>; instance: GatewayInstance }[] {
    return [...this.modules.values()]
      .flatMap((module) => [...module.providers.values()])
      .filter((wrapper) => typeof wrapper.metatype === 'function' && !wrapper.isNotMetatype)
      .map(({ metatype, instance }) => ({
        metatype: metatype as Type<GatewayInstance>,
        instance: instance as GatewayInstance,
      }))
      .filter(({ metatype }) => this.isOnOurPath(metatype));
  }

  private isOnOurPath(metatype: Type): boolean {
    if (!Reflect.hasMetadata(GATEWAY_METADATA, metatype)) return false;
    if (Reflect.getMetadata(PORT_METADATA, metatype)) return false;
    const options = Reflect.getMetadata(GATEWAY_OPTIONS, metatype) as { path?: string } | undefined;
    return options?.path === PUSH_PATH || normalizePath(options?.path) === this.path;
  }

  /** An event has one handler; Nest would call several, and we would call the last. */
  private claimEvents(metatype: Type, owners: Map<string, string>): void {
    const prototype = metatype.prototype as Record<string, object>;
    for (const method of new MetadataScanner().getAllMethodNames(prototype)) {
      const event: unknown = Reflect.getMetadata(MESSAGE_METADATA, prototype[method]);
      if (typeof event !== 'string') continue;
      const owner = owners.get(event);
      if (owner !== undefined) {
        throw new Error(
          `${metatype.name}.${method} subscribes to "${event}", which ${owner} handles already ` +
            'on the path of PushModule: choose another event name, or extend UidGateway.',
        );
      }
      owners.set(event, `${metatype.name}.${method}`);
    }
  }

  private guard(instance: GatewayInstance, hook: 'handleConnection' | 'handleDisconnect'): void {
    const original = instance[hook];
    if (original === undefined) return;
    instance[hook] = async (...args: unknown[]) => {
      try {
        await (original as (...hookArgs: unknown[]) => unknown).apply(instance, args);
      } catch (error) {
        const stack = error instanceof Error ? error.stack : undefined;
        this.logger.error(`${instance.constructor.name}.${hook} failed: ${String(error)}`, stack);
      }
    };
  }
}

function isUidGateway({ prototype }: Type): boolean {
  return prototype === UidGateway.prototype || prototype instanceof UidGateway;
}

/** `/a` for `a`, `/a/` and `/a`; `/` for nothing. As Nest's adapter compares paths. */
export function normalizePath(path = ''): string {
  return `/${path.replace(/^\/+|\/+$/g, '')}`;
}
