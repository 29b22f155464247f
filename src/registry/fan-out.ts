import type { Codec } from '../protocol/codec.js';
import type { Message } from '../protocol/message.js';
import type { Except } from '../engine/target.js';
import type { Connection } from './connection.js';
import { OutboundFrame } from './transport.js';

/** Hands one message to any number of connections, encoding it once per codec among them. */
export class FanOut {
  /** The frame last made and its codec: one uid's connections mostly speak the same. */
  private codec: Codec | undefined = undefined;
  private frame: OutboundFrame | undefined = undefined;
  private others: Map<Codec, OutboundFrame> | undefined = undefined;

  constructor(
    private readonly message: Message,
    private readonly except: Except | undefined,
  ) {}

  to(connection: Connection): void {
    if (this.except !== undefined && this.leavesOut(connection, this.except)) return;
    connection.send(this.frameFor(connection.codec));
  }

  private leavesOut(connection: Connection, except: Except): boolean {
    return except.has(connection.uid) || except.has(connection.connectionId);
  }

  private frameFor(codec: Codec): OutboundFrame {
    if (codec === this.codec) return this.frame!;
    let frame = this.others?.get(codec);
    if (frame === undefined) {
      frame = new OutboundFrame(codec.encodeMessage(this.message));
      if (this.codec !== undefined) (this.others ??= new Map()).set(this.codec, this.frame!);
      this.others?.set(codec, frame);
    }
    this.codec = codec;
    this.frame = frame;
    return frame;
  }
}
