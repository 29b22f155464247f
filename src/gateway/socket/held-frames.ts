import { RetainedFrame, type OutboundFrame } from '../../registry/transport.js';
import { framed } from '../wire/wire-frame.js';
import type { Backlog } from './backlog.js';

interface Held {
  readonly frame: OutboundFrame;
  /** Of the latest message that was undecided when it came. */
  readonly place: number;
}

/** Frames of others that wait until a socket has been let in, and has got what it missed. */
export class HeldFrames {
  bytes = 0;
  /** Bytes of what it missed that are in memory until it reads. */
  reserved = 0;
  private readonly held: Held[] = [];

  constructor(private readonly backlog: Backlog) {}

  add(frame: OutboundFrame, place: number): void {
    this.put(this.held.length, frame, place);
  }

  /** One that was undecided goes before what came after it; it may be there already. */
  insert(frame: OutboundFrame, place: number): void {
    let at = this.held.length;
    while (at > 0 && this.held[at - 1].place >= place) at--;
    if (this.held[at]?.frame !== frame) this.put(at, frame, place);
  }

  /** Without messages of which the socket has got everything up to this offset. */
  *after(offset: number): Iterable<OutboundFrame> {
    for (const { frame } of this.held) {
      if (!(frame instanceof RetainedFrame) || frame.offset > offset) yield frame;
    }
  }

  reserve(bytes: number): void {
    const more = bytes - this.reserved;
    this.reserved = bytes;
    this.backlog.count(more);
  }

  /** Its client has closed, or reads too slowly. */
  drop(reason: 'slow' | 'closed'): void {
    this.backlog.dropped(reason, this.held.length);
    this.discard();
  }

  /** They wait no more. */
  discard(): void {
    this.reserve(0);
    for (const { frame } of this.held.splice(0)) this.backlog.release(frame);
  }

  private put(at: number, frame: OutboundFrame, place: number): void {
    this.held.splice(at, 0, { frame, place });
    this.bytes += framed(frame).length;
    this.backlog.hold(frame);
  }
}
