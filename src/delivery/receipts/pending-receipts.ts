import {
  isFurther,
  type ReceiptNote,
  type ReceiptState,
  type ReportedDevice,
} from '../streams/receipt-note.js';
import type { Receipt, ReceiptQuorum, ReceiptWanted } from './receipt-options.js';

/** A message with a receipt, on the node that sent it: what is known of each device until now. */
export class PendingReceipts {
  readonly outcome: Promise<void>;
  private finish!: () => void;
  /** Nodes that have said whom they hold. */
  private readonly nodes = new Set<string>();
  /** How many nodes hold somebody of each uid; unknown until the message is sent. */
  private counts: readonly number[] | undefined;
  private heardFirst = 0;
  private readonly devices = new Map<string, ReportedDevice>();

  constructor(
    private readonly wanted: ReceiptWanted,
    private readonly quorum: ReceiptQuorum,
  ) {
    this.outcome = new Promise((resolve) => (this.finish = resolve));
  }

  /** @param counts of nodes, for each uid: each of these says whom it holds of that uid */
  sentTo(counts: readonly number[]): void {
    this.counts = counts;
    this.check();
  }

  heard({ node, isFirst, devices }: ReceiptNote): void {
    if (isFirst === true) {
      this.nodes.add(node);
      this.heardFirst += 1;
    }
    for (const device of devices) this.learn(device);
    this.check();
  }

  /** Nothing more is waited for. */
  end(): void {
    this.finish();
  }

  /** How many nodes hold somebody of the uids: of several uids, as far as they have been heard. */
  countNodes(): number {
    const { counts = [], nodes } = this;
    return counts.length === 1 ? counts[0] : Math.max(nodes.size, ...counts);
  }

  get receipts(): Receipt[] {
    return Array.from(this.devices.values(), ({ connectionId, device, state }) => ({
      connectionId,
      ...(device !== undefined && { device }),
      state,
    }));
  }

  /** Two notes of a node come in order; what comes of it by two ways may not. */
  private learn(device: ReportedDevice): void {
    const known = this.devices.get(device.connectionId);
    const isBehind = known !== undefined && isFurther(known.state, device.state);
    const isFinal = device.isFinal ?? known?.isFinal;
    const state: ReceiptState = isBehind ? known.state : device.state;
    this.devices.set(device.connectionId, { ...device, state, ...(isFinal && { isFinal }) });
  }

  private check(): void {
    const devices = [...this.devices.values()];
    if (this.quorum === 'any' && devices.some((device) => this.hasCome(device))) return this.end();
    if (this.counts === undefined) return;
    if (this.heardFirst < this.counts.reduce((sum, count) => sum + count, 0)) return;
    if (devices.every((device) => device.isFinal === true || this.hasCome(device))) this.end();
  }

  private hasCome({ state }: ReportedDevice): boolean {
    return !isFurther(this.wanted, state);
  }
}
