import { WebSocket } from 'ws';
import type { MaybePromise } from '../../protocol/maybe-promise.js';
import { OutboundFrame } from '../../registry/transport.js';
import { framed, payloadOf } from '../wire/wire-frame.js';
import { writeFrames, writeQueueOf } from '../wire/write.js';
import { flushSoon } from '../wire/write-batch.js';
import { internalsOf, isSenderIdle } from '../wire/ws-internals.js';
import { SlowReader, type SlowSocket } from './slow-reader.js';
import { SocketState } from './socket-state.js';

/** Frames that wait for the end of a turn at most, and bytes from which one does not wait. */
const MAX_BATCH = 64;
const LARGE = 16_384;

/** The part of a socket that writes: past `ws` where it may, together, and as fast as it is read. */
export abstract class WritingSocket extends SocketState implements SlowSocket {
  abstract readonly heldBytes: number;
  abstract shut(code: number, reason: string): void;

  write(frame: OutboundFrame): void {
    if (this.closing) return;
    if (this.slow !== null) {
      this.slow.add(frame);
    } else if (this.tcp !== null && this.isWsSilent()) {
      this.queue(frame);
    } else if (this.readyState === WebSocket.OPEN) {
      this.flush();
      if (this.bufferedAmount > 0) this.fallBehind(frame);
      else this.sendByWs(frame);
    }
  }

  writeAll(frames: readonly OutboundFrame[]): MaybePromise<void> {
    for (const frame of frames) this.write(frame);
    this.flush();
    return this.slow?.whenOver();
  }

  /** Writes frames; calls back when the system has taken them, unless the socket has ended. */
  writeTogether(frames: readonly OutboundFrame[], taken?: () => void): void {
    if (this.tcp !== null && this.isWsSilent()) return writeFrames(this.tcp, frames, taken);
    const last = frames.length - 1;
    frames.forEach((frame, i) => this.sendByWs(frame, i === last ? taken : undefined));
  }

  get writeQueueSize(): number | undefined {
    return writeQueueOf(internalsOf(this)._socket);
  }

  caughtUp(): void {
    this.slow = null;
  }

  /** Whatever goes out by ws's public API goes out after what was delivered before it. */
  override send(...args: unknown[]): void {
    this.flushAll();
    this.wsSends = true;
    (super.send as (...sendArgs: unknown[]) => void)(...args);
  }

  flush(): void {
    const { outgoing } = this;
    if (outgoing === null) return;
    this.outgoing = null;
    const tcp = this.tcp!;
    if (tcp.writableLength === 0) writeFrames(tcp, outgoing);
    else this.fallBehind(outgoing);
  }

  protected flushAll(): void {
    this.flush();
    this.slow?.writeRest();
  }

  /** The system has not taken what was written before: from here on everything waits its turn. */
  private fallBehind(frames: OutboundFrame | readonly OutboundFrame[]): void {
    if (this.isClosed || this.readyState !== WebSocket.OPEN) return;
    const slow = (this.slow ??= new SlowReader(this, this.host.backlog, this.bufferedAmount));
    if (frames instanceof OutboundFrame) slow.add(frames);
    else for (const frame of frames) slow.add(frame);
  }

  private sendByWs(frame: OutboundFrame, taken?: () => void): void {
    this.wsSends = true;
    super.send(dataOf(frame), { binary: false }, taken);
  }

  /** With thousands of sockets, what need not be looked at is what costs nothing. */
  private isWsSilent(): boolean {
    if (this.wsSends) this.wsSends = !isSenderIdle(internalsOf(this));
    return !this.wsSends;
  }

  private queue(frame: OutboundFrame): void {
    if (this.outgoing === null) {
      this.outgoing = frame;
      flushSoon(this);
    } else if (Array.isArray(this.outgoing)) {
      // The end of the turn may be far: a loop of awaited sends does not let it come.
      if (this.outgoing.push(frame) === MAX_BATCH) this.flush();
    } else {
      this.outgoing = [this.outgoing, frame];
    }
    if (framed(frame).length >= LARGE) this.flush();
  }
}

/** For ws: of a large frame the bytes, which all sockets share, and which it does not copy. */
function dataOf(frame: OutboundFrame): string | Buffer {
  if (frame.text.length < LARGE) return frame.text;
  const wire = framed(frame);
  return typeof wire === 'string' ? frame.text : payloadOf(wire);
}
