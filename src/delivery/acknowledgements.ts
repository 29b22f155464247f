import { Inject, Injectable } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import { HISTORY, type AckResult, type Acknowledgement, type History } from '../history/history.js';
import { ErrorCode } from '../protocol/codes.js';
import type { StreamPosition } from '../protocol/frames.js';
import { andThen, isPromise, type MaybePromise } from '../protocol/maybe-promise.js';
import { Message } from '../protocol/message.js';
import { PushException } from '../protocol/push.exception.js';
import type { Connection } from '../registry/connection.js';
import { invalid, noHistory } from './no-history.js';
import { Streams } from './streams/streams.js';

/** What came of an acknowledgement. */
export interface Acknowledged {
  /** Everything up to there is acknowledged now. */
  readonly cursor: number;
  /** Another device has settled the message at this offset: the acknowledgement came too late. */
  readonly isTooLate: boolean;
}

/** Devices say what they have seen. */
@Injectable()
export class Acknowledgements {
  constructor(
    @Inject(ENGINE) private readonly engine: Engine,
    @Inject(HISTORY) private readonly history: History | null,
    @Inject(Streams) private readonly streams: Streams | null,
  ) {}

  /**
   * Everything up to there: the cursor of the device moves, and what the first acknowledgement
   * settles is taken from the others.
   *
   * @throws PushException VALIDATION_FAILED when the stream does not reach so far, or there is no
   *   history; UNAVAILABLE when that is out of reach
   */
  acknowledge(connection: Connection, offset: number): MaybePromise<Acknowledged> {
    const { history, streams } = this;
    if (history === null || streams === null) throw noHistory('offset');
    const { uid, connectionId, device } = connection;
    const epoch = streams.positions.find(uid)?.epoch;
    if (epoch === undefined) throw unknownStream();
    const result = history.ack(uid, { connectionId, device }, { epoch, offset });
    return andThen(result, (answer) => this.answered(connection, { epoch, offset }, answer));
  }

  private answered(connection: Connection, at: StreamPosition, result: AckResult): Acknowledged {
    if (!('cursor' in result)) {
      throw result.outcome === 'beyond' ? beyond() : this.begunAnew(connection);
    }
    this.tellOthers(connection, at.epoch, result);
    const isTooLate = result.outcome === 'conflict';
    const stream = this.streams?.positions.find(connection.uid);
    if (stream !== undefined) this.streams!.reports.acked(stream, at.offset, connection, isTooLate);
    return { cursor: result.cursor, isTooLate };
  }

  /** A device that does not hear of it shows what another has done: it is told when it acts. */
  private tellOthers(
    { uid, connectionId }: Connection,
    epoch: string,
    { settled }: Acknowledgement,
  ): void {
    const except = new Set([connectionId]);
    for (const { id, offset } of settled) {
      const notice = Message.notice(id, 'settled', { id, offset }, { epoch, offset });
      const told = this.engine.publish({ kind: 'uid', uid }, notice, except);
      if (isPromise(told)) told.catch(() => undefined);
    }
  }

  private begunAnew({ uid }: Connection): PushException {
    const stream = this.streams!.positions.find(uid);
    if (stream !== undefined) this.streams!.checks.doubt(stream);
    return beyond();
  }
}

function beyond(): PushException {
  return invalid('offset', 'offset must be that of a message of this stream.');
}

function unknownStream(): PushException {
  const sentence = 'The history is out of reach; acknowledge again later.';
  return new PushException(ErrorCode.UNAVAILABLE, sentence);
}
