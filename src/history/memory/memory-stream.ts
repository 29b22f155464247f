import type { StreamPosition } from '../../protocol/frames.js';
import type { Acknowledger } from '../history.js';
import type { Note } from '../traces.js';
import type { Entry } from './entry.js';

const NO_NOTES: readonly Note[] = [];

/** What is kept of a uid. There is one for everybody who is here: what is not needed is null. */
export class MemoryStream {
  top = 0;
  bytes = 0;
  /** The highest offset that a device has acknowledged. */
  acked = 0;
  /** The highest offset that was written to a text connection. */
  written = 0;
  /** The cursor of connections without a device name. */
  private ownCursor = 0;
  /** Those of devices, the one that was silent for the longest first. */
  private cursors: Map<string, number> | null = null;
  private entries: Entry[] | null = null;
  /** Where the entries begin in their array: what was taken out before is cut off now and then. */
  private head = 0;
  /** Of which it would be undelivered that nobody acknowledges them, in their order. */
  private unacked: Set<Entry> | null = null;
  private noted: Note[] | null = null;

  constructor(
    readonly epoch: string,
    /** When somebody was here, or something was appended. */
    public touched: number,
  ) {}

  get position(): StreamPosition {
    return { epoch: this.epoch, offset: this.top };
  }

  get length(): number {
    return this.entries === null ? 0 : this.entries.length - this.head;
  }

  /** The offset of the oldest entry, or of the next one if there is none. */
  get first(): number {
    return this.top - this.length + 1;
  }

  get oldest(): Entry | undefined {
    return this.entries?.[this.head];
  }

  get notes(): readonly Note[] {
    return this.noted ?? NO_NOTES;
  }

  at(offset: number): Entry | undefined {
    return offset < this.first ? undefined : this.entries?.[this.head + offset - this.first];
  }

  push(entry: Entry): void {
    this.top = entry.offset;
    this.bytes += entry.size;
    (this.entries ??= []).push(entry);
  }

  /** Takes out the oldest entry. */
  shift(): Entry {
    const entries = this.entries!;
    const entry = entries[this.head];
    // The array must not keep it alive.
    entries[this.head++] = undefined!;
    this.bytes -= entry.size;
    if (this.head === entries.length) {
      this.entries = null;
      this.head = 0;
    } else if (this.head >= 32 && this.head * 2 >= entries.length) {
      entries.splice(0, this.head);
      this.head = 0;
    }
    return entry;
  }

  cursorOf(device: string | undefined): number {
    return device === undefined ? this.ownCursor : (this.cursors?.get(device) ?? 0);
  }

  moveCursor({ device }: Acknowledger, cursor: number, maxDevices: number): void {
    if (device === undefined) {
      this.ownCursor = cursor;
      return;
    }
    const cursors = (this.cursors ??= new Map<string, number>());
    cursors.delete(device);
    cursors.set(device, cursor);
    if (cursors.size > maxDevices) cursors.delete(cursors.keys().next().value!);
  }

  awaitAck(entry: Entry): void {
    (this.unacked ??= new Set()).add(entry);
  }

  forgetUnacked(entry: Entry): void {
    if (this.unacked?.delete(entry) === true && this.unacked.size === 0) this.unacked = null;
  }

  /** Those up to there of which an acknowledgement is awaited. */
  unackedUntil(upTo: number): Entry[] {
    const entries: Entry[] = [];
    for (const entry of this.unacked ?? []) {
      if (entry.offset > upTo) break;
      entries.push(entry);
    }
    return entries;
  }

  addNote(note: Note): void {
    (this.noted ??= []).push(note);
  }

  /** Takes out the oldest note if there are more than so many, or its messages are gone. */
  shiftNote(max: number): Note | undefined {
    const { noted } = this;
    if (noted === null || (noted.length <= max && noted[0].to >= this.first)) return undefined;
    const note = noted.shift();
    if (noted.length === 0) this.noted = null;
    return note;
  }
}
