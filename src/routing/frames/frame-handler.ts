import { isObservable, takeUntil, type Observable } from 'rxjs';
import type { ClientFrame } from '../../protocol/frames.js';
import { andThen, type MaybePromise } from '../../protocol/maybe-promise.js';
import type { Connection } from '../../registry/connection.js';
import { FrameContext, sendReply } from './frame-context.js';

/** Handles the frames of one event. May throw or reject; the dispatcher answers for it. */
export type FrameHandler = (connection: Connection, frame: ClientFrame) => MaybePromise<void>;

/** Finds the handler of an event for a connection. */
export interface FrameHandlers {
  find(connection: Connection, event: string): FrameHandler | undefined;
}

/** What the module's own handlers answer: a reply under this event. */
export interface OwnReply {
  event: string;
  data?: unknown;
}

/**
 * The way of the module's own events when nothing of the application stands in it: a plain call,
 * without a promise unless the work itself needs one.
 *
 * @param always reply also to a frame without an id
 */
export function directHandler(
  call: (connection: Connection, data: unknown) => MaybePromise<OwnReply>,
  always: boolean,
): FrameHandler {
  return (connection, frame) =>
    andThen(call(connection, frame.data), ({ event, data }) => {
      if (always || frame.id !== undefined) sendReply(connection, frame, event, data);
    });
}

/** A handler as Nest made it: guards, interceptors, pipes and filters run inside. */
export type NestCallback = (
  data: unknown,
  event: string,
  context: FrameContext,
) => Promise<unknown>;

/**
 * The way through Nest. The frame is finished with the handler's first answer, or its completion
 * without one; later values of an Observable are further replies beside the next frames.
 *
 * @param always reply also to a frame without an id
 */
export function nestHandler(callback: NestCallback, always: boolean): FrameHandler {
  return async (connection, frame) => {
    const context = new FrameContext(connection, frame);
    const reply = (result: unknown): void => {
      if (always || frame.id !== undefined) context.reply(result);
    };
    const result = await callback(frame.data, frame.event, context);
    if (isObservable(result)) await firstOf(result, connection, reply, context);
    else reply(result);
  };
}

function firstOf(
  replies: Observable<unknown>,
  connection: Connection,
  reply: (result: unknown) => void,
  context: FrameContext,
): Promise<void> {
  return new Promise((resolve) => {
    replies.pipe(takeUntil(connection.closed$)).subscribe({
      next: (value) => {
        reply(value);
        resolve();
      },
      error: (error: unknown) => {
        context.fail(error);
        resolve();
      },
      complete: resolve,
    });
  });
}
