import type { Subscription } from 'rxjs';
import type { Connection } from '../../registry/connection.js';
import { isFurther, type ReceiptState, type ReportedDevice } from './receipt-note.js';

interface Device {
  state: ReceiptState;
  readonly closing: Subscription;
}

/** What becomes of a message on the devices of this node, as long as somebody waits to hear it. */
export class Report {
  private readonly devices = new Map<Connection, Device>();

  constructor(private readonly tell: (devices: ReportedDevice[], isFirst: boolean) => void) {}

  /** Those who are here when it comes, in one note, also if there are none. */
  begin(found: ReadonlyMap<Connection, ReceiptState>): void {
    for (const [connection, state] of found) this.watch(connection, state);
    this.tell(
      Array.from(found, ([connection, state]) => reported(connection, state)),
      true,
    );
  }

  /** It has come so far on this device; that it had come further already is no news. */
  rise(connection: Connection, state: ReceiptState): void {
    const device = this.devices.get(connection);
    if (device === undefined) this.watch(connection, state);
    else if (isFurther(state, device.state)) device.state = state;
    else return;
    this.tell([reported(connection, state)], false);
  }

  has(connection: Connection): boolean {
    return this.devices.has(connection);
  }

  end(): void {
    for (const { closing } of this.devices.values()) closing.unsubscribe();
    this.devices.clear();
  }

  private watch(connection: Connection, state: ReceiptState): void {
    const closing = connection.closed$.subscribe(() => this.left(connection));
    this.devices.set(connection, { state, closing });
  }

  private left(connection: Connection): void {
    const device = this.devices.get(connection);
    if (device === undefined) return;
    this.devices.delete(connection);
    this.tell([{ ...reported(connection, device.state), isFinal: true }], false);
  }
}

function reported(
  { connectionId, device, codec }: Connection,
  state: ReceiptState,
): ReportedDevice {
  const isFinal = codec.name === 'text' && state === 'written';
  return {
    connectionId,
    ...(device !== undefined && { device }),
    state,
    ...(isFinal && { isFinal }),
  };
}
