import { randomBytes } from 'node:crypto';
import type { Message } from '../../protocol/message.js';
import type { AppendOptions } from '../history.js';
import type { CheckedHistoryOptions } from '../history.options.js';
import { NOTE_BYTES, sizeOf } from '../sizes.js';
import type { Note } from '../traces.js';
import { DueQueue } from './due-queue.js';
import { Entry, EntryList } from './entry.js';
import { IdIndex } from './id-index.js';
import { MemoryStream } from './memory-stream.js';

/** What a sweep does at most before others get their turn. */
const SWEEP = 5_000;

/** What is kept by the nodes of one process: the streams, and what bounds them. */
export class MemoryArchive {
  readonly due = new DueQueue();
  /** In the order in which they were last touched, about. */
  private readonly streams = new Map<string, MemoryStream>();
  private readonly entries = new EntryList();
  private readonly ids = new IdIndex();
  /** Of all streams, and of what is owed beside them. */
  private bytes = 0;
  private owedBytes = 0;
  /** Begins every epoch: positions of another process are none of ours. */
  private readonly life = randomBytes(6).toString('base64url');
  private epochs = 0;
  private sweeping: NodeJS.Timeout | undefined;

  constructor(readonly limits: CheckedHistoryOptions) {}

  /** The uid's stream without what is too old; undefined if there is none. */
  find(uid: string, now: number): MemoryStream | undefined {
    const stream = this.streams.get(uid);
    if (stream === undefined) return undefined;
    while (stream.oldest !== undefined && this.isOver(stream.oldest.at, now)) {
      this.drop(stream, true);
    }
    return stream;
  }

  /** The same; it begins if there is none, and lives on. */
  touch(uid: string, now: number): MemoryStream {
    const stream = this.find(uid, now) ?? this.begin(uid, now);
    if (now - stream.touched > this.slack) {
      stream.touched = now;
      this.streams.delete(uid);
      this.streams.set(uid, stream);
    }
    return stream;
  }

  /** It lost messages that a node has seen: it has another life from now on. */
  beginAnew(uid: string, now: number): MemoryStream {
    this.forget(uid);
    return this.begin(uid, now);
  }

  /** @throws PushException PAYLOAD_TOO_LARGE */
  append(uid: string, message: Message, options: AppendOptions, now: number): Entry {
    const { maxLength, maxBytes, ttl } = this.limits;
    const size = sizeOf(message, maxBytes);
    const stream = this.touch(uid, now);
    const placed = message.at({ epoch: stream.epoch, offset: stream.top + 1 });
    const expiresAt = now + Math.min(options.ttl ?? ttl, ttl);
    const settles = options.settle === true;
    const entry = new Entry(uid, placed, now, expiresAt, size, settles, options.except);
    stream.push(entry);
    this.entries.add(entry);
    this.bytes += size;
    this.ids.add(entry);
    if (options.undeliveredAfter !== undefined) {
      this.due.add(entry, options.undeliveredAfter, now);
      stream.awaitAck(entry);
    }
    while (stream.length > 1 && (stream.length > maxLength || stream.bytes > maxBytes)) {
      this.drop(stream, true);
    }
    this.keepTotal();
    return entry;
  }

  note(stream: MemoryStream, note: Note): void {
    if (this.limits.maxNotes === 0) return;
    stream.addNote(note);
    this.count(stream, sizeOfNote(note));
    this.tidyNotes(stream);
    this.keepTotal();
  }

  /** Somebody has seen everything up to there: it is not undelivered any more. */
  acknowledge(stream: MemoryStream, upTo: number): void {
    for (const entry of stream.unackedUntil(upTo)) this.release(entry);
  }

  /** Nobody waits for an acknowledgement of it any more. */
  release(entry: Entry): void {
    this.due.delete(entry);
    this.streams.get(entry.uid)?.forgetUnacked(entry);
    if (!entry.isOwed) return;
    entry.isOwed = false;
    this.bytes -= entry.size;
    this.owedBytes -= entry.size;
  }

  /** What is kept of the message: one entry per uid that it was appended for. */
  entriesOf(id: string): Iterable<Entry> {
    return this.ids.entriesOf(id);
  }

  /** The oldest entry goes; `isOwed`: not if it is still to be handed over as undelivered. */
  private drop(stream: MemoryStream, isOwed: boolean): void {
    const entry = stream.shift();
    this.entries.remove(entry);
    this.bytes -= entry.size;
    this.ids.delete(entry);
    this.tidyNotes(stream);
    if (!this.due.has(entry)) return;
    const owed = this.owedBytes + entry.size;
    if (!isOwed || owed > this.limits.maxTotalBytes / 4) return this.release(entry);
    entry.isOwed = true;
    this.owedBytes = owed;
    this.bytes += entry.size;
  }

  private keepTotal(): void {
    while (this.bytes > this.limits.maxTotalBytes && this.entries.oldest !== null) {
      this.drop(this.streams.get(this.entries.oldest.uid)!, false);
    }
  }

  private tidyNotes(stream: MemoryStream): void {
    for (;;) {
      const note = stream.shiftNote(this.limits.maxNotes);
      if (note === undefined) return;
      this.count(stream, -sizeOfNote(note));
    }
  }

  private count(stream: MemoryStream, bytes: number): void {
    stream.bytes += bytes;
    this.bytes += bytes;
  }

  private begin(uid: string, now: number): MemoryStream {
    const epoch = `${this.life}${(++this.epochs).toString(36)}`;
    const stream = new MemoryStream(epoch, now);
    this.streams.set(uid, stream);
    if (this.streams.size > this.limits.maxStreams) this.forget(firstOf(this.streams));
    this.sweeping ??= setInterval(() => this.sweep(), this.slack).unref();
    return stream;
  }

  /** The uid has no stream any more; what is still to be handed over as undelivered stays. */
  private forget(uid: string): void {
    const stream = this.streams.get(uid);
    while (stream !== undefined && stream.length > 0) this.drop(stream, true);
    this.streams.delete(uid);
  }

  private isOver(time: number, now: number): boolean {
    return time + this.limits.ttl <= now;
  }

  /** By how much a stream may live longer than it should: it saves work per message. */
  private get slack(): number {
    return Math.min(this.limits.ttl / 16, 10_000);
  }

  private sweep(): void {
    const now = Date.now();
    let budget = SWEEP;
    for (let entry = this.entries.oldest; entry !== null; entry = this.entries.oldest) {
      if (!this.isOver(entry.at, now) || budget-- === 0) break;
      this.drop(this.streams.get(entry.uid)!, true);
    }
    for (const entry of this.due.until(now - this.limits.ttl, SWEEP)) this.release(entry);
    for (const [uid, { touched }] of this.streams) {
      if (!this.isOver(touched + this.slack, now) || budget-- <= 0) break;
      this.streams.delete(uid);
    }
    if (budget <= 0) setImmediate(() => this.sweep()).unref();
    if (this.streams.size > 0 || !this.due.isEmpty) return;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
  }
}

function firstOf(streams: ReadonlyMap<string, unknown>): string {
  return streams.keys().next().value!;
}

function sizeOfNote({ connectionId, device = '' }: Note): number {
  return NOTE_BYTES + connectionId.length + device.length;
}
