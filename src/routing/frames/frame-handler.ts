import { isObservable, takeUntil, type Observable } from 'rxjs';
import type { ClientFrame } from '../../protocol/frames.js';
import { isPromise, type MaybePromise } from '../../protocol/maybe-promise.js';
import type { Connection } from '../../registry/connection.js';
import { FrameContext, replyTo } from './frame-context.js';
import type { Reply } from './replies.js';
import { Underway } from './underway.js';

/** Handles the frames of one event. */
export interface FrameHandler {
  /**
   * Whether it may begin before every frame that came earlier was answered. What an application
   * has written may not: it sees the frames of a connection one after another.
   */
  readonly overlaps: boolean;
  /**
   * Answers what is still to be replied, as soon as the next frame may begin. May throw or reject;
   * the dispatcher answers for it.
   */
  handle(connection: Connection, frame: ClientFrame): MaybePromise<Reply | Underway<Reply>>;
}

/** What the module's own handlers answer: a reply under this event. */
export interface OwnReply {
  event: string;
  data?: unknown;
}

/** What one of the module's own events does, at once, later, or under way. */
export type OwnCall = (
  connection: Connection,
  data: unknown,
) => MaybePromise<OwnReply | Underway<OwnReply>>;

/**
 * The way of the module's own events when nothing of the application stands in it: a plain call,
 * without a promise unless the work itself needs one.
 */
export class DirectHandler implements FrameHandler {
  constructor(
    private readonly call: OwnCall,
    readonly overlaps: boolean,
    /** Reply also to a frame without an id. */
    private readonly always: boolean,
  ) {}

  handle(connection: Connection, frame: ClientFrame): MaybePromise<Reply | Underway<Reply>> {
    const result = this.call(connection, frame.data);
    if (isPromise(result)) return result.then((settled) => this.finish(connection, frame, settled));
    return this.finish(connection, frame, result);
  }

  private finish(
    connection: Connection,
    frame: ClientFrame,
    result: OwnReply | Underway<OwnReply>,
  ): Reply | Underway<Reply> {
    if (!(result instanceof Underway)) return this.replyOf(connection, frame, result);
    return new Underway(result.outcome.then((own) => this.replyOf(connection, frame, own)));
  }

  private replyOf(connection: Connection, frame: ClientFrame, { event, data }: OwnReply): Reply {
    if (!this.always && frame.id === undefined) return undefined;
    return replyTo(connection, frame, event, data);
  }
}

/** The same for an event that is answered only if it is refused. */
export class SilentHandler implements FrameHandler {
  readonly overlaps = true;

  constructor(
    private readonly call: (connection: Connection, data: unknown) => MaybePromise<void>,
  ) {}

  handle(connection: Connection, frame: ClientFrame): Underway<Reply> | undefined {
    const done = this.call(connection, frame.data);
    return isPromise(done) ? new Underway(done.then(() => undefined)) : undefined;
  }
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
 */
export class NestHandler implements FrameHandler {
  readonly overlaps = false;

  constructor(
    private readonly callback: NestCallback,
    /** Gateway and method, for the log. */
    private readonly name: string,
  ) {}

  async handle(connection: Connection, frame: ClientFrame): Promise<undefined> {
    const context = new FrameContext(connection, frame, this.name);
    const result = await this.callback(frame.data, frame.event, context);
    if (isObservable(result)) await firstOf(result, context);
    else context.reply(result);
  }
}

/**
 * The same for one of the module's own events, before which the application has put something:
 * that decides whether the frame is handled, and not what is answered.
 */
export class GuardedOwnHandler implements FrameHandler {
  readonly overlaps = false;

  constructor(
    private readonly callback: NestCallback,
    private readonly name: string,
    /** Reply also to a frame without an id. */
    private readonly always: boolean,
  ) {}

  async handle(connection: Connection, frame: ClientFrame): Promise<undefined> {
    const context = new FrameContext(connection, frame, this.name);
    const result = await this.callback(frame.data, frame.event, context);
    if (isObservable(result)) await completion(result, context);
    if (this.always || frame.id !== undefined) context.replyAsNoted();
  }
}

function firstOf(replies: Observable<unknown>, context: FrameContext): Promise<void> {
  return new Promise((resolve) => {
    replies.pipe(takeUntil(context.connection.closed$)).subscribe({
      next: (value) => {
        context.reply(value);
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

function completion(results: Observable<unknown>, context: FrameContext): Promise<void> {
  return new Promise((resolve) => {
    results.pipe(takeUntil(context.connection.closed$)).subscribe({
      error: (error: unknown) => {
        context.fail(error);
        resolve();
      },
      complete: resolve,
    });
  });
}
