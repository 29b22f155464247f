import type { NodeNote } from '../../engine/node-handler.js';
import { isObject } from '../../protocol/is-object.js';

// What a node that got a message with a receipt tells the one that sent it.

/** How far a message has come on a device, in this order. */
export type ReceiptState = 'none' | 'written' | 'acked';
const RECEIPT_STATES: readonly ReceiptState[] = ['none', 'written', 'acked'];

/** Whether the first is further than the second. */
export function isFurther(state: ReceiptState, than: ReceiptState): boolean {
  return RECEIPT_STATES.indexOf(state) > RECEIPT_STATES.indexOf(than);
}

export interface ReportedDevice {
  readonly connectionId: string;
  readonly device?: string;
  readonly state: ReceiptState;
  /** Nothing more comes of it: it has gone, or its protocol has no acknowledgements. */
  readonly isFinal?: true;
}

export interface ReceiptNote {
  readonly id: string;
  readonly node: string;
  /** Who is online there for a uid of the message; else it is what became of some. */
  readonly isFirst?: true;
  readonly devices: readonly ReportedDevice[];
}

export const RECEIPT = 'receipt';

/** @throws Error when it is not what a node writes */
export function readReceipt({ id, node, isFirst, devices }: NodeNote): ReceiptNote {
  if (typeof id === 'string' && typeof node === 'string' && isListOfDevices(devices)) {
    return { id, node, devices, ...(isFirst === true && { isFirst }) };
  }
  throw new Error('it is no note of a receipt');
}

function isListOfDevices(value: unknown): value is ReportedDevice[] {
  return Array.isArray(value) && value.every(isDevice);
}

function isDevice(value: unknown): value is ReportedDevice {
  return (
    isObject(value) &&
    typeof value.connectionId === 'string' &&
    (value.device === undefined || typeof value.device === 'string') &&
    RECEIPT_STATES.some((state) => state === value.state)
  );
}
