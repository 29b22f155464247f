import type { History, WrittenNote } from '../../history/history.js';
import type { StreamPosition } from '../../protocol/frames.js';
import type { Connection } from '../../registry/connection.js';

/** Milliseconds for which notes are gathered. */
const SOON = 50;
/** So many are not kept waiting. */
const MANY = 1_000;

type Draft = { -readonly [Member in keyof WrittenNote]: WrittenNote[Member] };

/** Tells the history what was handed to which socket: many messages at once, a little later. */
export class WrittenNotes {
  /** The latest of each connection, which may grow. */
  private drafts = new Map<Connection, Draft>();
  private notes: WrittenNote[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly history: History,
    /** Whether notes of json connections are kept. Those of text connections are not only notes. */
    private readonly ofAll: boolean,
  ) {}

  add(connection: Connection, { epoch, offset }: StreamPosition): void {
    const { uid, connectionId, device } = connection;
    const isText = connection.codec.name === 'text';
    if (!isText && !this.ofAll) return;
    const draft = this.drafts.get(connection);
    if (draft?.epoch === epoch && draft.to + 1 === offset) {
      draft.to = offset;
      return;
    }
    if (draft !== undefined) this.notes.push(draft);
    const [from, to] = [offset, offset];
    this.drafts.set(connection, { uid, epoch, connectionId, device, from, to, isText });
    if (this.notes.length + this.drafts.size >= MANY) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), SOON);
  }

  /** Never rejects: what is not noted is written again to text clients, which may get it twice. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const notes = [...this.notes, ...this.drafts.values()];
    this.notes = [];
    this.drafts = new Map();
    if (notes.length === 0) return;
    try {
      await this.history.written(notes);
    } catch {
      // The history is away, and says so to those who ask it.
    }
  }
}
