import { Injectable, type WsMessageHandler } from '@nestjs/common';
import type { Connection } from '../../registry/connection.js';
import {
  nestHandler,
  type FrameHandler,
  type FrameHandlers,
  type NestCallback,
} from '../frames/frame-handler.js';
import { isOwnEvent, OWN_EVENTS } from './own-events.js';
import { PushSocket } from '../../gateway/socket/push-socket.js';

/** What Nest wants to be called with each client, one per gateway on our path. */
export type ClientBinder = (client: PushSocket, request?: unknown) => void;

/**
 * Finds the handler of an event: the module's own ones directly where that is possible, all
 * others as Nest has made them. Nest binds its handlers per client, which costs kilobytes, so a
 * client is shown to Nest only when it sends an event that needs it.
 */
@Injectable()
export class NestHandlers implements FrameHandlers {
  /** Own events before which the application has put nothing; set when the server is bound. */
  direct: ReadonlyMap<string, FrameHandler> = new Map();
  private readonly binders: ClientBinder[] = [];

  /** One of the gateways on our path wants to be shown each client. */
  addBinder(binder: ClientBinder): void {
    this.binders.push(binder);
  }

  /** Shows a client to the gateways on our path; the second time nothing happens. */
  bind(socket: PushSocket, request?: unknown): Map<string, NestCallback> {
    if (socket.nestCallbacks === null) {
      socket.nestCallbacks = new Map();
      for (const binder of this.binders) binder(socket, request);
    }
    return socket.nestCallbacks;
  }

  /** Nest's answer to `bind`: the handlers of one gateway for this client. */
  addCallbacks(socket: PushSocket, handlers: readonly WsMessageHandler[]): void {
    for (const { message, callback } of handlers) {
      socket.nestCallbacks!.set(message, callback as NestCallback);
    }
  }

  find(connection: Connection, event: string): FrameHandler | undefined {
    const direct = this.direct.get(event);
    if (direct !== undefined) return direct;
    const callback = this.bind(connection.transport as PushSocket).get(event);
    if (callback === undefined) return undefined;
    return nestHandler(callback, isOwnEvent(event) ? OWN_EVENTS[event].always : true);
  }
}
