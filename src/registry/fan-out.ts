import type { Codec } from '../protocol/codec.js';
import type { Message } from '../protocol/message.js';
import type { Except } from '../engine/target.js';
import type { Connection } from './connection.js';
import { OutboundFrame, RetainedFrame } from './transport.js';

/** Hands one message to any number of connections, encoding it once per codec among them. */
export class FanOut {
  /** The frame last made and its codec: one uid's connections mostly speak the same. */
  private codec: Codec | undefined = undefined;
  private frame: OutboundFrame | null = null;
  private others: Map<Codec, OutboundFrame | null> | undefined = undefined;

  constructor(
    private readonly message: Message,
    private readonly except: Except | undefined,
  ) {}

  /** Answers whether there was something for it to get. */
  to(connection: Connection): boolean {
    if (this.except !== undefined && this.leavesOut(connection, this.except)) return false;
    const frame = this.frameFor(connection.codec);
    if (frame === null) return false;
    connection.send(frame);
    return true;
  }

  /** The same, as what came at this place among others that wait for the connection. */
  lateTo(connection: Connection, place: number): boolean {
    if (this.except !== undefined && this.leavesOut(connection, this.except)) return false;
    const frame = this.frameFor(connection.codec);
    if (frame === null) return false;
    connection.transport.deliverLate(frame, place);
    return true;
  }

  private leavesOut(connection: Connection, except: Except): boolean {
    return except.has(connection.uid) || except.has(connection.connectionId);
  }

  /** Null when the protocol has none. */
  private frameFor(codec: Codec): OutboundFrame | null {
    if (codec === this.codec) return this.frame;
    let frame = this.others?.get(codec);
    if (frame === undefined) {
      frame = frameOf(this.message, codec);
      if (this.codec !== undefined) (this.others ??= new Map()).set(this.codec, this.frame);
      this.others?.set(codec, frame);
    }
    this.codec = codec;
    this.frame = frame;
    return frame;
  }
}

function frameOf(message: Message, codec: Codec): OutboundFrame | null {
  const text = codec.encodeMessage(message);
  if (text === undefined) return null;
  const { position, notice } = message;
  if (position === undefined || notice !== undefined) return new OutboundFrame(text);
  return new RetainedFrame(text, position.offset);
}
