import type { ReceiptState } from '../streams/receipt-note.js';

export type ReceiptWanted = Exclude<ReceiptState, 'none'>;
export type ReceiptQuorum = 'any' | 'all';

/** What is to be known of a message before its send answers. */
export interface ReceiptRequest {
  readonly wanted: ReceiptWanted;
  readonly quorum: ReceiptQuorum;
  /** Milliseconds; undefined for `requestTimeout`. */
  readonly timeout?: number;
}

/** How far a message has come on a device. */
export interface Receipt {
  connectionId: string;
  device?: string;
  /** `written`: handed to its socket; `acked`: acknowledged. */
  state: ReceiptState;
}
