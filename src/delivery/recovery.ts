import type { History, Opened, OpenRequest, Page } from '../history/history.js';
import type { Recover, StreamData, StreamPosition } from '../protocol/frames.js';
import { isPromise, type MaybePromise } from '../protocol/maybe-promise.js';
import type { Connection } from '../registry/connection.js';
import { PAGE, Replay, type ReplaySocket } from './replay.js';
import type { Catchup } from './streams/catchup.js';
import type { Streams } from './streams/streams.js';
import type { UidStream } from './streams/uid-stream.js';

/** What a connection is told of its stream, and what it gets before anything else. */
export class Arrived {
  constructor(
    /** Undefined while the history is away. Text clients are told nothing of it. */
    readonly stream: StreamData | undefined,
    private readonly replay?: Replay,
  ) {}

  /** Whether it gets what it missed: what comes meanwhile is to wait. */
  get isBehind(): boolean {
    return this.replay !== undefined;
  }

  /** Sends what it missed, then lets go what has waited. */
  followOn(socket: ReplaySocket): void {
    void this.replay?.run(socket);
  }
}

/** Somebody who has come. */
interface Newcomer {
  readonly connection: Connection;
  readonly stream: UidStream;
  /** Where this node stood when it began to deliver to them. */
  readonly before: StreamPosition | undefined;
  /** There if they want what they missed. */
  readonly catchup: Catchup | undefined;
}

/** Brings a connection that has just been let in to the end of its stream. */
export class Recovery {
  constructor(
    private readonly history: History,
    private readonly streams: Streams,
    private readonly maxRecovered: number,
  ) {}

  /** Where this node stands; to be asked before the connection is there. */
  positionOf(uid: string): StreamPosition | undefined {
    return this.streams.positions.find(uid)?.position;
  }

  /**
   * One round trip to the history.
   *
   * @param before what `positionOf` said
   * @throws PushException UNAVAILABLE when the client wants what it missed and nobody knows that
   */
  arrive(
    connection: Connection,
    before: StreamPosition | undefined,
    recover: Recover | undefined,
  ): MaybePromise<Arrived> {
    const { uid, device } = connection;
    const stream = this.streams.positions.of(uid);
    const from = isText(connection) ? 'unwritten' : recover;
    const catchup = from === undefined ? undefined : stream.beginCatchup(connection);
    const newcomer = { connection, stream, before, catchup };
    const opened = this.open(uid, { device, recover: from && { from, limit: PAGE } });
    return isPromise(opened)
      ? opened.then(
          (answer) => this.opened(newcomer, answer),
          (error: unknown) => this.unanswered(newcomer, recover, error),
        )
      : this.opened(newcomer, opened);
  }

  /** What it throws is a rejection, whatever history it is. */
  private open(uid: string, request: OpenRequest): MaybePromise<Opened> {
    try {
      return this.history.open(uid, request);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private opened(newcomer: Newcomer, { top, recovery }: Opened): Arrived {
    const { connection, stream, before, catchup } = newcomer;
    const isSame = before?.epoch === top.epoch;
    if (isSame && top.offset < before.offset) this.streams.checks.doubt(stream);
    this.streams.positions.compare(stream, top, connection);
    const { epoch } = top;
    const begun = { epoch, offset: isSame ? before.offset : stream.first };
    if (recovery === undefined || catchup === undefined) return new Arrived(begun);
    if (recovery.ok && !this.isTooMuch(connection, recovery)) {
      const receiver = { connection, stream, catchup };
      const replay = new Replay(this.history, this.streams, receiver, recovery);
      return new Arrived({ ...top, recovered: true }, replay);
    }
    stream.endCatchup(connection);
    const reason = recovery.ok ? 'too-many' : recovery.reason;
    return new Arrived({ ...begun, recovered: false, reason });
  }

  /** Nobody knows what was missed. Who did not ask is let in: what is only sent comes as ever. */
  private unanswered(
    { connection, stream }: Newcomer,
    recover: Recover | undefined,
    error: unknown,
  ): Arrived {
    stream.endCatchup(connection);
    if (recover === undefined) return new Arrived(undefined);
    throw error;
  }

  private isTooMuch(connection: Connection, { top, after }: Page): boolean {
    return !isText(connection) && top.offset - after > this.maxRecovered;
  }
}

function isText({ codec }: Connection): boolean {
  return codec.name === 'text';
}
