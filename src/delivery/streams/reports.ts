import type { Engine } from '../../engine/engine.js';
import { isPromise } from '../../protocol/maybe-promise.js';
import type { Message } from '../../protocol/message.js';
import type { Connection } from '../../registry/connection.js';
import type { Arrival, UidStream } from './uid-stream.js';
import { RECEIPT, type ReceiptState, type ReportedDevice } from './receipt-note.js';
import { Report } from './report.js';

/** Tells the senders of messages with a receipt what becomes of them on this node. */
export class Reports {
  constructor(
    private readonly engine: Engine,
    /** Name of this node. */
    private readonly node: string,
  ) {}

  /** A message has come, and has been handed to these. */
  begin(stream: UidStream, arrival: Arrival, found: ReadonlyMap<Connection, ReceiptState>): void {
    this.of(stream, arrival)?.begin(found);
  }

  /** One that somebody had missed was written to them. */
  replayed(stream: UidStream, arrival: Arrival, connection: Connection): void {
    if (arrival.message.awaited === undefined) return;
    this.of(stream, arrival)?.rise(connection, 'written');
  }

  /** One that had waited was written. */
  written({ reports }: UidStream, offset: number, connection: Connection): void {
    reports?.get(offset)?.rise(connection, 'written');
  }

  /** @param isTooLate whether another device has settled the last one */
  acked({ reports }: UidStream, upTo: number, connection: Connection, isTooLate: boolean): void {
    for (const [offset, report] of reports ?? []) {
      if (offset > upTo || (offset === upTo && isTooLate)) continue;
      if (report.has(connection)) report.rise(connection, 'acked');
    }
  }

  /** Undefined when nobody waits for it any more. */
  private of(stream: UidStream, { message, at }: Arrival): Report | undefined {
    const { timeout } = message.awaited!;
    const { offset } = message.position!;
    const left = at === undefined ? timeout : at + timeout - Date.now();
    const known = stream.reports?.get(offset);
    if (known !== undefined || left <= 0) return known;
    const report = new Report((devices, isFirst) => this.tell(message, devices, isFirst));
    const reports = (stream.reports ??= new Map<number, Report>());
    reports.set(offset, report);
    setTimeout(() => {
      report.end();
      reports.delete(offset);
      if (reports.size === 0) stream.reports = null;
    }, left).unref();
    return report;
  }

  /** Who does not hear of it says so when its time is up. */
  private tell({ id, awaited }: Message, devices: ReportedDevice[], isFirst: boolean): void {
    const note = { kind: RECEIPT, id, node: this.node, devices, ...(isFirst && { isFirst }) };
    const told = this.engine.tell(awaited!.node, note);
    if (isPromise(told)) told.catch(() => undefined);
  }
}
