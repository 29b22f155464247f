import { RetainedFrame, type OutboundFrame } from '../../registry/transport.js';

/** Frames of others that wait until a socket has been let in, and has got what it missed. */
export class HeldFrames {
  /** What they take, about: UTF-16 code units. */
  size = 0;
  private readonly frames: OutboundFrame[] = [];

  add(frame: OutboundFrame): void {
    this.frames.push(frame);
    this.size += frame.text.length;
  }

  /** Without messages of which the socket has got everything up to this offset. */
  *after(offset: number): Iterable<OutboundFrame> {
    for (const frame of this.frames) {
      if (!(frame instanceof RetainedFrame) || frame.offset > offset) yield frame;
    }
  }
}
