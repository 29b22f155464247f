import { Injectable, type WsMessageHandler } from '@nestjs/common';
import { FrameHandlers } from '../frames/frame-dispatcher.js';
import {
  GuardedOwnHandler,
  NestHandler,
  type FrameHandler,
  type NestCallback,
} from '../frames/frame-handler.js';
import type { FrameSource, NestClient } from '../frames/frame-source.js';
import { isOwnEvent, OWN_EVENTS } from './own-events.js';
import type { EventOwners } from './shared-gateways.js';

/** What Nest wants to be called with each client, one per gateway on our path. */
export type ClientBinder = (client: NestClient, request?: unknown) => void;

/**
 * Finds the handler of an event: the module's own ones directly where that is possible, all
 * others as Nest has made them. Nest binds its handlers per client, which costs kilobytes, so a
 * client is shown to Nest only when it sends an event that needs it.
 */
@Injectable()
export class NestHandlers extends FrameHandlers {
  /** Own events before which the application has put nothing; set when the server is bound. */
  direct: ReadonlyMap<string, FrameHandler> = new Map();
  /** Who handles which event; set when the gateways are known. */
  owners: EventOwners = new Map();
  private readonly binders: ClientBinder[] = [];

  /** One of the gateways on our path wants to be shown each client. */
  addBinder(binder: ClientBinder): void {
    this.binders.push(binder);
  }

  /** Shows a client to the gateways on our path; the second time nothing happens. */
  bind(client: NestClient, request?: unknown): Map<string, NestCallback> {
    if (client.nestCallbacks === null) {
      client.nestCallbacks = new Map();
      // Each gateway listens for the end of each client: Node would take ten of them for a leak.
      client.setMaxListeners(client.getMaxListeners() + this.binders.length);
      for (const binder of this.binders) binder(client, request);
    }
    return client.nestCallbacks;
  }

  /** Nest's answer to `bind`: the handlers of one gateway for this client. */
  addCallbacks(client: NestClient, handlers: readonly WsMessageHandler[]): void {
    for (const { message, callback } of handlers) {
      client.nestCallbacks!.set(message, callback as NestCallback);
    }
  }

  override find(source: FrameSource, event: string): FrameHandler | undefined {
    const direct = this.direct.get(event);
    if (direct !== undefined) return direct;
    const callback = this.bind(source).get(event);
    if (callback === undefined) return undefined;
    const name = this.owners.get(event) ?? event;
    if (!isOwnEvent(event)) return new NestHandler(callback, name);
    return new GuardedOwnHandler(callback, name, OWN_EVENTS[event].always);
  }
}
