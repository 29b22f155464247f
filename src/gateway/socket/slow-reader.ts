import { CloseCode } from '../../protocol/codes.js';
import type { OutboundFrame } from '../../registry/transport.js';
import { framed } from '../wire/wire-frame.js';
import type { Backlog, Behind } from './backlog.js';

/** Bytes after which no frame is written with those before: what is written cannot be shared. */
const PORTION = 16_384;
/** Frames that have been written after which they are taken out of the list. */
const WRITTEN = 1_024;

/** A socket from which the system takes less than is sent. */
export interface SlowSocket {
  /** Bytes that wait for something else. */
  readonly heldBytes: number;
  /** Bytes that the system has yet to take of what was written, where that can be known. */
  readonly writeQueueSize: number | undefined;
  /** Writes frames; calls back when the system has taken them, unless the socket has ended. */
  writeTogether(frames: readonly OutboundFrame[], taken?: () => void): void;
  /** Nothing waits any more. */
  caughtUp(): void;
  shut(code: number, reason: string): void;
}

/**
 * What waits for one client, from when the system takes less than is sent until it has taken
 * everything. Frames wait as they are, shared with others for whom they wait, and are written a
 * portion at a time.
 */
export class SlowReader implements Behind {
  slot = 0;
  looks = 0;
  private waiting: OutboundFrame[] = [];
  /** Where those begin that were not written yet. */
  private next = 0;
  private waitingBytes = 0;
  /** Those that the system has not taken, and their bytes with those from before. */
  private written: OutboundFrame[] = [];
  private writtenBytes: number;
  /** Bytes into which they were copied to be written. */
  private copiedBytes = 0;
  /** Calls back that are awaited. */
  private writes = 0;
  private queueSize: number | undefined;
  private hasMoved = false;
  private over = false;
  private readonly listeners: (() => void)[] = [];

  /** @param before bytes that were written until now and that the system has not taken */
  constructor(
    private readonly socket: SlowSocket,
    private readonly backlog: Backlog,
    before: number,
  ) {
    this.writtenBytes = before;
    this.queueSize = socket.writeQueueSize;
    backlog.begin(this);
  }

  get bytes(): number {
    return this.waitingBytes + this.writtenBytes + this.socket.heldBytes;
  }

  /** Resolves when nothing waits any more, or the socket has gone. */
  whenOver(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }

  /** Has the frame wait; lets go of a client for whom too much waits already. */
  add(frame: OutboundFrame): void {
    if (this.over) return;
    if (this.waitingBytes + this.writtenBytes > this.backlog.maxBytes) {
      this.discard('slow');
      this.backlog.dropped('slow', 1);
      return shutSlow(this.socket);
    }
    this.waiting.push(frame);
    this.waitingBytes += framed(frame).length;
    this.backlog.hold(frame);
    if (this.writes === 0) this.writePortion();
  }

  /** Writes all that waits, because something comes after it. */
  writeRest(): void {
    if (this.over || this.next === this.waiting.length) return;
    const rest = this.takeOut(this.waiting.length);
    this.writes++;
    // One by one, which copies nothing as long as they wait.
    const last = rest.pop()!;
    for (const frame of rest) this.socket.writeTogether([frame]);
    this.socket.writeTogether([last], this.taken);
  }

  hasTaken(): boolean {
    const { hasMoved, queueSize = 0 } = this;
    this.hasMoved = false;
    this.queueSize = this.socket.writeQueueSize;
    return hasMoved || (this.queueSize ?? 0) < queueSize;
  }

  giveUp(): void {
    this.discard('slow');
    // Whoever is sending may be in the midst of a list that this one is in as well.
    process.nextTick(shutSlow, this.socket);
  }

  /** The socket has gone. */
  end(): void {
    this.discard('closed');
    for (const listener of this.listeners.splice(0)) listener();
  }

  private discard(reason: 'slow' | 'closed'): void {
    if (this.over) return;
    this.over = true;
    this.backlog.dropped(reason, this.takeOut(this.waiting.length).length);
    this.releaseWritten();
    this.backlog.end(this);
  }

  private writePortion(): void {
    let end = this.next;
    let bytes = 0;
    for (; end < this.waiting.length && bytes < PORTION; end++) {
      bytes += framed(this.waiting[end]).length;
    }
    const portion = this.takeOut(end);
    this.copiedBytes = portion.reduce((sum, frame) => sum + copiedOf(frame), 0);
    this.backlog.count(this.copiedBytes);
    if (this.over) return;
    this.writes++;
    this.socket.writeTogether(portion, this.taken);
  }

  /** Moves frames to those that are written, up to there. */
  private takeOut(end: number): OutboundFrame[] {
    const frames = this.waiting.slice(this.next, end);
    const bytes = frames.reduce((sum, frame) => sum + framed(frame).length, 0);
    this.waitingBytes -= bytes;
    this.writtenBytes += bytes;
    this.written = this.written.concat(frames);
    this.next = end;
    if (end >= WRITTEN) {
      this.waiting = this.waiting.slice(end);
      this.next = 0;
    }
    return frames;
  }

  private releaseWritten(): void {
    for (const frame of this.written) this.backlog.release(frame);
    this.backlog.count(-this.copiedBytes);
    this.written = [];
    this.writtenBytes = 0;
    this.copiedBytes = 0;
  }

  private readonly taken = (): void => {
    if (this.over || --this.writes > 0) return;
    this.hasMoved = true;
    this.releaseWritten();
    if (this.next < this.waiting.length) return this.writePortion();
    this.over = true;
    this.backlog.end(this);
    this.socket.caughtUp();
    for (const listener of this.listeners) listener();
  };
}

/** Strings are copied when they are written, and buffers are not. */
function copiedOf(frame: OutboundFrame): number {
  const wire = framed(frame);
  return typeof wire === 'string' ? wire.length : 0;
}

export function shutSlow(socket: Pick<SlowSocket, 'shut'>): void {
  socket.shut(CloseCode.SLOW_CONSUMER, 'reads too slowly');
}
