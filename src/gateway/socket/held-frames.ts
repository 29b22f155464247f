import { RetainedFrame, type OutboundFrame } from '../../registry/transport.js';
import { framed } from '../wire/wire-frame.js';
import type { Backlog } from './backlog.js';

/** Frames of others that wait until a socket has been let in, and has got what it missed. */
export class HeldFrames {
  bytes = 0;
  private readonly frames: OutboundFrame[] = [];

  constructor(private readonly backlog: Backlog) {}

  add(frame: OutboundFrame): void {
    this.frames.push(frame);
    this.bytes += framed(frame).length;
    this.backlog.hold(frame);
  }

  /** Without messages of which the socket has got everything up to this offset. */
  *after(offset: number): Iterable<OutboundFrame> {
    for (const frame of this.frames) {
      if (!(frame instanceof RetainedFrame) || frame.offset > offset) yield frame;
    }
  }

  /** Its client has closed, or reads too slowly. */
  drop(reason: 'slow' | 'closed'): void {
    this.backlog.dropped(reason, this.frames.length);
    this.discard();
  }

  /** They wait no more. */
  discard(): void {
    for (const frame of this.frames.splice(0)) this.backlog.release(frame);
  }
}
