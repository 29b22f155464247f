import type { ApplicationConfig } from '@nestjs/core';
import { ValidationPipe } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/constants.js';
import { AckDto } from '../../validation/ack.dto.js';
import { BroadcastDto } from '../../validation/broadcast.dto.js';
import { validateFrameData } from '../../validation/frame-data.pipe.js';
import type { SendResult } from '../../protocol/frames.js';
import { andThen, isPromise } from '../../protocol/maybe-promise.js';
import {
  DirectHandler,
  type FrameHandler,
  SilentHandler,
  type OwnCall,
  type OwnReply,
} from '../frames/frame-handler.js';
import { Underway } from '../frames/underway.js';
import type { MessageRouter } from '../message-router.js';
import { targetOf } from '../../engine/target.js';
import { ResponseDto } from '../../validation/response.dto.js';
import { SendDto } from '../../validation/send.dto.js';
import { WatchDto } from '../../validation/watch.dto.js';
import { isOfModule } from './enhancers.js';
import { sent, UidGateway } from './uid.gateway.js';

/** The module's own events, the method of each, and whether it answers a frame without an id. */
export const OWN_EVENTS = {
  auth: { method: 'renew', always: true },
  ping: { method: 'ping', always: true },
  send: { method: 'send', always: false },
  broadcast: { method: 'broadcast', always: false },
  ack: { method: 'acknowledge', always: false },
  response: { method: 'respond', always: false },
  watch: { method: 'watch', always: true },
  unwatch: { method: 'unwatch', always: false },
} as const;

export type OwnEvent = keyof typeof OWN_EVENTS;

export function isOwnEvent(event: string): event is OwnEvent {
  return Object.hasOwn(OWN_EVENTS, event);
}

/** Handlers of the own events before which the application has put nothing. */
export function directHandlers(
  gateway: UidGateway,
  router: MessageRouter,
  config: ApplicationConfig,
): Map<string, FrameHandler> {
  const direct: Record<OwnEvent, FrameHandler> = {
    auth: alone('auth', (connection, data) => gateway.renew(connection, data)),
    ping: overlapping('ping', () => gateway.ping()),
    send: overlapping('send', (connection, frameData) => {
      const { to, data } = validateFrameData(SendDto, frameData);
      return andThen(router.start(connection, targetOf(to), data), sentOrUnderway);
    }),
    broadcast: overlapping('broadcast', (connection, frameData) => {
      const { data } = validateFrameData(BroadcastDto, frameData);
      return andThen(router.start(connection, { kind: 'all' }, data), sentOrUnderway);
    }),
    ack: overlapping('ack', (connection, frameData) => {
      const acked = gateway.acknowledge(connection, validateFrameData(AckDto, frameData));
      return isPromise(acked) ? new Underway(acked) : acked;
    }),
    response: new SilentHandler((connection, frameData) =>
      gateway.respond(connection, validateFrameData(ResponseDto, frameData)),
    ),
    // By itself: no change of presence is to be told before the answer.
    watch: alone('watch', (connection, frameData) =>
      gateway.watch(connection, validateFrameData(WatchDto, frameData)),
    ),
    unwatch: overlapping('unwatch', (connection, frameData) =>
      gateway.unwatch(connection, validateFrameData(WatchDto, frameData)),
    ),
  };
  if (hasGlobalEnhancers(config)) return new Map();
  const events = Object.keys(direct).filter(isOwnEvent);
  return new Map(
    events
      .filter((event) => !isEnhanced(gateway, OWN_EVENTS[event].method))
      .map((event) => [event, direct[event]]),
  );
}

function alone(event: OwnEvent, call: OwnCall): FrameHandler {
  return new DirectHandler(call, false, OWN_EVENTS[event].always);
}

function overlapping(event: OwnEvent, call: OwnCall): FrameHandler {
  return new DirectHandler(call, true, OWN_EVENTS[event].always);
}

function sentOrUnderway(started: SendResult | Underway<SendResult>): OwnReply | Underway<OwnReply> {
  return started instanceof Underway ? new Underway(started.outcome.then(sent)) : sent(started);
}

/**
 * A plain global ValidationPipe changes nothing for DTOs that are validated more strictly
 * anyway, and most applications have one.
 */
function hasGlobalEnhancers(config: ApplicationConfig): boolean {
  const pipes = config.getGlobalPipes().filter((pipe) => pipe.constructor !== ValidationPipe);
  return [
    pipes,
    config.getGlobalGuards(),
    config.getGlobalInterceptors(),
    config.getGlobalRequestPipes(),
    config.getGlobalRequestGuards(),
    config.getGlobalRequestInterceptors(),
  ].some((enhancers) => enhancers.length > 0);
}

/** Whether a subclass has overridden the method, or decorated it or itself. */
function isEnhanced(gateway: UidGateway, method: string): boolean {
  const own = gateway as unknown as Record<string, object>;
  const original = UidGateway.prototype as unknown as Record<string, object>;
  if (own[method] !== original[method]) return true;
  const places = [gateway.constructor, own[method]];
  return places.some((place) => ENHANCERS.some((key) => foreign(key, place).length > 0));
}

const ENHANCERS = [
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
  EXCEPTION_FILTERS_METADATA,
];

function foreign(key: string, place: object): unknown[] {
  const enhancers = (Reflect.getMetadata(key, place) ?? []) as unknown[];
  return enhancers.filter((enhancer) => !isOfModule(enhancer));
}
