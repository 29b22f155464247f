import type { StreamData, StreamPosition } from '../../protocol/frames.js';
import { Message } from '../../protocol/message.js';
import type { Connection } from '../../registry/connection.js';
import { FanOut } from '../../registry/fan-out.js';
import type { LocalNode } from '../../registry/local-node.js';
import type { Signals } from '../../signals/signals.js';
import type { ReceiptState } from './receipt-note.js';
import type { Reports } from './reports.js';
import type { Arrival, UidStream } from './uid-stream.js';
import type { WrittenNotes } from './written-notes.js';

/** Hands a message to the connections of its uid on this node, each of which gets it once. */
export class HandOver {
  constructor(
    private readonly local: LocalNode,
    private readonly notes: WrittenNotes,
    private readonly reports: Reports,
    private readonly signals: Signals,
  ) {}

  hand(stream: UidStream, arrival: Arrival): void {
    const { message, except } = arrival;
    const position = message.position!;
    const fanOut = new FanOut(message, except);
    const found = message.awaited && new Map<Connection, ReceiptState>();
    for (const connection of this.local.of(stream.uid)) {
      const catchup = stream.catchups?.get(connection);
      if (catchup !== undefined && position.offset <= catchup.after) continue;
      if (!fanOut.to(connection)) continue;
      this.signals.deliveries++;
      const isHeld = catchup?.isHolding === true;
      found?.set(connection, isHeld ? 'none' : 'written');
      if (isHeld) catchup.hold(position.offset);
      else this.notes.add(connection, position);
    }
    if (found !== undefined) this.reports.begin(stream, arrival, found);
  }

  /** What it is told of other messages, and what has no place of its own. */
  tell(stream: UidStream, { message, except }: Arrival): void {
    const fanOut = new FanOut(message, except);
    for (const connection of this.local.of(stream.uid)) fanOut.to(connection);
  }

  /** Tells them where the stream goes on now, but for one that is told otherwise. */
  begunAnew(stream: UidStream, position: StreamPosition, but: Connection | undefined): void {
    const lost: StreamData = { ...position, recovered: false, reason: 'epoch' };
    const fanOut = new FanOut(Message.notice('', 'epoch', lost), undefined);
    for (const connection of this.local.of(stream.uid)) {
      if (connection !== but) fanOut.to(connection);
    }
  }

  /** Has the connections come back and ask what they missed: it cannot be said on this one. */
  sendBack(stream: UidStream, close: { code: number; reason: string }, but?: Connection): void {
    for (const connection of this.local.of(stream.uid)) {
      if (connection === but) continue;
      connection.transport.shut(close.code, close.reason);
      this.local.detach(connection, close.code, close.reason);
    }
  }
}
