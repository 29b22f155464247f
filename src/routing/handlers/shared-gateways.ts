import { Inject, Injectable, Logger, type Type } from '@nestjs/common';
import { EXCEPTION_FILTERS_METADATA, INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { MESSAGE_METADATA } from '@nestjs/websockets/constants.js';
import { findGateways, normalizePath, type FoundGateway } from './found-gateways.js';
import { guardHooks } from './guarded-hooks.js';
import { OWN_EVENTS } from './own-events.js';
import { addEnhancer } from './enhancers.js';
import { OwnReplyInterceptor } from './own-reply.interceptor.js';
import { PushExceptionFilter } from './push-exception.filter.js';
import { PUSH_PATH } from './push-gateway.decorator.js';
import { UidGateway } from './uid.gateway.js';

/** Where the path of our socket is injected, which the room of the sockets knows. */
export const SOCKET_PATH = Symbol('SocketPath');

/** Which method handles an event: `ChatGateway.typing`. */
export type EventOwners = ReadonlyMap<string, string>;

/**
 * The application's gateways that share our socket, and those that do not. Exceptions that no
 * filter of theirs catches would be answered by Nest in a form of its own, with the client's data
 * and a stack in the log: ours stands behind theirs.
 */
@Injectable()
export class SharedGateways {
  private readonly logger = new Logger('PushModule');
  private readonly filter = new PushExceptionFilter();
  private readonly ownReply = new OwnReplyInterceptor();

  constructor(
    private readonly modules: ModulesContainer,
    @Inject(SOCKET_PATH) private readonly path: string,
  ) {}

  /**
   * Nest reads the metadata when it binds the handlers.
   *
   * @returns who handles which event
   * @throws Error when a gateway cannot be served as it is
   */
  prepare(): EventOwners {
    const owners = new Map<string, string>(
      Object.entries(OWN_EVENTS).map(([event, { method }]) => [event, `UidGateway.${method}`]),
    );
    const seen = new Map<Type, string>();
    for (const { metatype } of this.others()) if (isUidGateway(metatype)) throw elsewhere(metatype);
    for (const { metatype, module } of this.shared()) {
      const other = seen.get(metatype);
      // Two of PushModule itself are another mistake, which is found next.
      if (other !== undefined && other !== module) throw providedTwice(metatype, other, module);
      seen.set(metatype, module);
      if (isUidGateway(metatype)) this.noteOwnReplies(metatype);
      else this.claimEvents(metatype, owners);
      // First in the list is last in line: Nest asks a class's filters from the end.
      addEnhancer(EXCEPTION_FILTERS_METADATA, metatype, (filters) => [this.filter, ...filters]);
    }
    return owners;
  }

  /** Once Nest has made the instances, and before it binds them. */
  guardHooks(): void {
    for (const gateway of this.shared()) guardHooks(gateway);
  }

  /** Whether one of them wants to hear of connections. Known once there are instances. */
  get haveHooks(): boolean {
    return this.shared().some(
      ({ instance }) => 'handleConnection' in instance || 'handleDisconnect' in instance,
    );
  }

  /** Says which path serves what, and which gateways are open to everyone. */
  report(): void {
    const shared = this.shared()
      .map(({ metatype }) => metatype.name)
      .sort();
    this.logger.log(`"${this.path}" is the push socket, for ${shared.join(', ')}.`);
    for (const { metatype, path, isPlaced } of this.others()) {
      const place = path === undefined ? 'a port of its own' : `"${path}"`;
      const what = `${metatype.name} is served on ${place}, without the authentication of PushModule`;
      if (isPlaced) {
        this.logger.log(`${what}.`);
      } else {
        this.logger.warn(`${what}: decorate it with @PushGateway() to put it on "${this.path}".`);
      }
    }
  }

  private shared(): FoundGateway[] {
    return findGateways(this.modules).filter((gateway) => this.isShared(gateway));
  }

  private others(): FoundGateway[] {
    return findGateways(this.modules).filter((gateway) => !this.isShared(gateway));
  }

  private isShared({ path }: FoundGateway): boolean {
    return path === PUSH_PATH || path === normalizePath(this.path);
  }

  /** Next to the handler, behind all interceptors of the application. */
  private noteOwnReplies({ prototype }: Type): void {
    for (const { method } of Object.values(OWN_EVENTS)) {
      const handler = (prototype as Record<string, object>)[method];
      addEnhancer(INTERCEPTORS_METADATA, handler, (others) => [...others, this.ownReply]);
    }
  }

  /** An event has one handler; Nest would call several, and we would call the last. */
  private claimEvents(metatype: Type, owners: Map<string, string>): void {
    const prototype = metatype.prototype as Record<string, object>;
    for (const method of new MetadataScanner().getAllMethodNames(prototype)) {
      const event: unknown = Reflect.getMetadata(MESSAGE_METADATA, prototype[method]);
      if (typeof event !== 'string') continue;
      const owner = owners.get(event);
      if (owner !== undefined) throw handledAlready(`${metatype.name}.${method}`, event, owner);
      owners.set(event, `${metatype.name}.${method}`);
    }
  }
}

function isUidGateway({ prototype }: Type): boolean {
  return prototype === UidGateway.prototype || prototype instanceof UidGateway;
}

function elsewhere({ name }: Type): Error {
  return new Error(
    `${name} is the gateway of PushModule, and its decorator names another path or a port: leave ` +
      'them out, or decorate it with @PushGateway().',
  );
}

function providedTwice({ name }: Type, first: string, second: string): Error {
  return new Error(
    `${name} is a provider of ${first} and of ${second}, so there would be two of it: provide it ` +
      'in one of them, and export it there if the other needs it.',
  );
}

function handledAlready(handler: string, event: string, owner: string): Error {
  return new Error(
    `${handler} subscribes to "${event}", which ${owner} handles already on the path of ` +
      'PushModule: choose another event name, or extend UidGateway.',
  );
}
