import type { SettledData, StreamPosition } from '../../protocol/frames.js';
import type { Message } from '../../protocol/message.js';
import type {
  Acknowledger,
  AckResult,
  Appended,
  AppendOptions,
  ExplainQuery,
  Explanation,
  History,
  Kept,
  KnownStream,
  Listing,
  MessageState,
  Opened,
  OpenRequest,
  ReadResult,
  Undelivered,
  WrittenNote,
} from '../history.js';
import { PAGE_BYTES } from '../sizes.js';
import { stateOf, tracesOf } from '../traces.js';
import type { Entry } from './entry.js';
import type { MemoryArchive } from './memory-archive.js';
import type { MemoryStream } from './memory-stream.js';

/**
 * Hands a message to all nodes that hold a connection of the uid, and adds the names of these to
 * `reached`.
 */
export type Carry = (
  uid: string,
  message: Message,
  except: ReadonlySet<string> | undefined,
  reached: Set<string>,
) => void;

const NO_OPTIONS: AppendOptions = {};

/** The history of one process: what a node of it sees of what its nodes keep together. */
export class MemoryHistory implements History {
  constructor(
    private readonly archive: MemoryArchive,
    private readonly carry: Carry,
  ) {}

  /** Nothing to do: what is kept lives as long as the process. */
  start(): void {}

  stop(): void {}

  open(uid: string, { device, recover }: OpenRequest): Opened {
    const stream = this.archive.touch(uid, Date.now());
    const top = stream.position;
    if (recover === undefined) return { top };
    const { from, limit } = recover;
    const after = typeof from === 'object' ? from : startOf(stream, from, device);
    return { top, recovery: read(stream, after, limit) };
  }

  tops(uids: readonly KnownStream[]): StreamPosition[] {
    const now = Date.now();
    return uids.map(({ uid, known }) => {
      const stream = this.archive.touch(uid, now);
      const isBack = known?.epoch === stream.epoch && known.offset > stream.top;
      return (isBack ? this.archive.beginAnew(uid, now) : stream).position;
    });
  }

  append(uids: readonly string[], message: Message, options = NO_OPTIONS): Appended {
    const now = Date.now();
    const reached = new Set<string>();
    const positions = uids.map((uid) => {
      const placed = this.archive.append(uid, message, options, now).message;
      this.carry(uid, placed, options.except, reached);
      return placed.position!;
    });
    return { positions, nodes: reached.size };
  }

  read(uid: string, after: StreamPosition, limit: number): ReadResult {
    return read(this.archive.touch(uid, Date.now()), after, limit);
  }

  ack(uid: string, by: Acknowledger, upTo: StreamPosition): AckResult {
    const now = Date.now();
    const stream = this.archive.find(uid, now);
    if (stream?.epoch !== upTo.epoch) return { outcome: 'epoch' };
    const { offset } = upTo;
    if (offset > stream.top) return { outcome: 'beyond' };
    const name = by.device ?? by.connectionId;
    const settledBy = stream.at(offset)?.settledBy;
    const outcome = settledBy === undefined || settledBy === name ? 'acknowledged' : 'conflict';
    const previous = stream.cursorOf(by.device);
    if (offset <= previous) return { outcome, previous, cursor: previous, settled: [] };
    const settled = settle(stream, previous + 1, offset, name);
    stream.moveCursor(by, offset, this.archive.limits.maxDevices);
    if (offset > stream.acked) stream.acked = offset;
    this.archive.acknowledge(stream, offset);
    this.archive.note(stream, { kind: 'acked', ...by, from: previous + 1, to: offset, at: now });
    return { outcome, previous, cursor: offset, settled };
  }

  written(notes: readonly WrittenNote[]): void {
    const at = Date.now();
    for (const { uid, epoch, connectionId, device, from, to, isText } of notes) {
      const stream = this.archive.find(uid, at);
      if (stream?.epoch !== epoch || to > stream.top) continue;
      if (isText === true) {
        if (to > stream.written) stream.written = to;
        this.archive.acknowledge(stream, to);
      }
      this.archive.note(stream, { kind: 'written', connectionId, device, from, to, at });
    }
  }

  messages(uid: string, after: number, limit: number): Listing | undefined {
    const now = Date.now();
    const stream = this.archive.find(uid, now);
    if (stream === undefined) return undefined;
    const begin = Math.max(after + 1, stream.first);
    const messages: (Kept & { state: MessageState })[] = [];
    for (const entry of entriesFrom(stream, begin)) {
      if (messages.length === limit) break;
      const { message, at, except } = entry;
      messages.push({ message, at, except, state: stateIn(stream, entry, now) });
    }
    return { top: stream.position, messages };
  }

  explain(id: string, { uid, limit }: ExplainQuery): Explanation[] {
    const now = Date.now();
    const found: Explanation[] = [];
    for (const entry of this.archive.entriesOf(id)) {
      if (found.length === limit) break;
      if (uid !== undefined && entry.uid !== uid) continue;
      const stream = this.archive.find(entry.uid, now);
      if (stream?.at(entry.offset) !== entry) continue;
      const { offset, at } = entry;
      const state = stateIn(stream, entry, now);
      const devices = tracesOf(stream.notes, offset);
      found.push({ id, uid: entry.uid, offset, at, state, devices });
    }
    return found;
  }

  claimUndelivered(limit: number): Undelivered[] {
    const claimed = this.archive.due.until(Date.now(), limit);
    this.lease(claimed);
    return claimed;
  }

  keepUndelivered(claimed: readonly Undelivered[]): void {
    const { due } = this.archive;
    this.lease((claimed as readonly Entry[]).filter((entry) => due.has(entry)));
  }

  undeliveredDone(claimed: readonly Undelivered[]): void {
    for (const entry of claimed as readonly Entry[]) {
      entry.wasUndelivered = true;
      this.archive.release(entry);
    }
  }

  private lease(entries: readonly Entry[]): void {
    const { due, limits } = this.archive;
    const now = Date.now();
    for (const entry of entries) {
      due.delete(entry);
      due.add(entry, limits.undeliveredLease, now);
    }
  }
}

function startOf(
  stream: MemoryStream,
  from: 'unread' | 'unwritten',
  device: string | undefined,
): StreamPosition {
  const { epoch, first, acked, written } = stream;
  if (from === 'unread') return { epoch, offset: stream.cursorOf(device) };
  return { epoch, offset: Math.max(acked, written, first - 1) };
}

function read(stream: MemoryStream, after: StreamPosition, limit: number): ReadResult {
  const top = stream.position;
  const { epoch, offset } = after;
  // A position behind the end was given before data was lost: what came since is not known.
  if (epoch !== top.epoch || offset > top.offset) return { ok: false, top, reason: 'epoch' };
  if (offset < stream.first - 1) return { ok: false, top, reason: 'trimmed' };
  const now = Date.now();
  const messages: Entry[] = [];
  let through = offset;
  let bytes = 0;
  for (const entry of entriesFrom(stream, offset + 1)) {
    if (messages.length === limit || bytes >= PAGE_BYTES) break;
    through = entry.offset;
    if (!entry.isWanted(now)) continue;
    messages.push(entry);
    bytes += entry.size;
  }
  return { ok: true, top, after: offset, messages, through };
}

function* entriesFrom(stream: MemoryStream, offset: number): Iterable<Entry> {
  const last = stream.top;
  for (let at = offset; at <= last; at++) yield stream.at(at)!;
}

function settle(stream: MemoryStream, from: number, to: number, by: string): SettledData[] {
  const settled: SettledData[] = [];
  for (let at = Math.max(from, stream.first); at <= to; at++) {
    const entry = stream.at(at)!;
    if (!entry.settles || entry.settledBy !== undefined) continue;
    entry.settledBy = by;
    settled.push(entry.reference);
  }
  return settled;
}

function stateIn(stream: MemoryStream, entry: Entry, now: number): MessageState {
  const facts = {
    isSettled: entry.settledBy !== undefined,
    isAcked: entry.offset <= stream.acked,
    isUndelivered: entry.wasUndelivered,
    isExpired: entry.expiresAt <= now,
  };
  return stateOf(facts, stream.notes, entry.offset);
}
