import { Inject, Injectable } from '@nestjs/common';
import type { OutboundFrame } from '../../registry/transport.js';
import { Signals } from '../../signals/signals.js';
import { GATEWAY_OPTIONS } from '../gateway.options.js';
import { framed } from '../wire/wire-frame.js';
import { TimingWheel } from './timing-wheel.js';

/** Milliseconds by which a look may be late. */
const TICK = 100;
/** So often a slow reader is looked at in the time in which it must take something. */
const LOOKS = 4;
/** Bytes of memory that a frame takes beside its text, and each place where it waits, about. */
const FRAME_BYTES = 128;
const PLACE_BYTES = 64;
/** Once there is too much, so much of what may wait is left, so that it is not soon too much again. */
const LEFT = 7 / 8;

export interface BacklogOptions {
  /** Bytes that may wait for one client when another message comes. */
  maxBufferedBytes: number;
  /** Bytes of memory that all that waits may take. */
  maxTotalBufferedBytes: number;
  /** Milliseconds for a client for which something waits to take some of it. */
  stallTimeout: number;
}

/** A client for which something waits. */
export interface Behind {
  /** Bytes that wait for it. */
  readonly bytes: number;
  /** The backlog's own notes: slot of the timing wheel, and looks since it took something. */
  slot: number;
  looks: number;
  /** Whether it took something since it was asked last. */
  hasTaken(): boolean;
  /** Throws away what waits, and lets go of the client as soon as that can hurt nobody. */
  giveUp(): void;
}

/**
 * What waits for slow readers, over all sockets of this node. A frame that waits for many is
 * in memory once and counts once. When all of it is too much, those that are furthest behind go.
 */
@Injectable()
export class Backlog {
  readonly maxBytes: number;
  private readonly maxTotal: number;
  private readonly lookInterval: number;
  private readonly readers = new Set<Behind>();
  /** In how many places each frame waits. */
  private readonly places = new Map<OutboundFrame, number>();
  private readonly wheel = new TimingWheel<Behind>(TICK, (reader) => this.look(reader));
  private total = 0;

  constructor(
    @Inject(GATEWAY_OPTIONS) options: BacklogOptions,
    private readonly signals: Signals,
  ) {
    this.maxBytes = options.maxBufferedBytes;
    this.maxTotal = options.maxTotalBufferedBytes;
    this.lookInterval = Math.ceil(options.stallTimeout / LOOKS);
  }

  begin(reader: Behind): void {
    this.readers.add(reader);
    reader.slot = this.wheel.add(reader, this.lookInterval);
  }

  end(reader: Behind): void {
    this.readers.delete(reader);
    this.wheel.remove(reader, reader.slot);
  }

  /** The frame waits in one place more. */
  hold(frame: OutboundFrame): void {
    const places = this.places.get(frame) ?? 0;
    this.places.set(frame, places + 1);
    this.count(PLACE_BYTES + (places === 0 ? sizeOf(frame) : 0));
  }

  release(frame: OutboundFrame): void {
    const places = this.places.get(frame)! - 1;
    if (places === 0) this.places.delete(frame);
    else this.places.set(frame, places);
    this.count(-PLACE_BYTES - (places === 0 ? sizeOf(frame) : 0));
  }

  /** Bytes that are held otherwise, or no more. */
  count(bytes: number): void {
    this.total += bytes;
    if (bytes > 0 && this.total > this.maxTotal) this.relieve();
  }

  /** So many frames that waited will not be sent. */
  dropped(reason: 'slow' | 'closed', frames: number): void {
    this.signals.dropped(reason, frames);
  }

  stop(): void {
    this.wheel.stop();
  }

  private relieve(): void {
    const furthestFirst = [...this.readers].sort((a, b) => b.bytes - a.bytes);
    for (const reader of furthestFirst) {
      if (this.total <= this.maxTotal * LEFT) return;
      reader.giveUp();
    }
  }

  private look(reader: Behind): void {
    reader.looks = reader.hasTaken() ? 0 : reader.looks + 1;
    if (reader.looks === LOOKS) reader.giveUp();
    else reader.slot = this.wheel.add(reader, this.lookInterval);
  }
}

/** What it takes up, about. */
function sizeOf(frame: OutboundFrame): number {
  return FRAME_BYTES + framed(frame).length;
}
