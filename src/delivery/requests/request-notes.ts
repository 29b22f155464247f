import type { NodeNote } from '../../engine/node-handler.js';
import { isObject } from '../../protocol/is-object.js';

// What nodes tell each other of a request once its message has reached them: which devices were
// asked, what each of them answers, which of them are gone; and the node that asks, that it is over.

export interface AskedDevice {
  readonly connectionId: string;
  readonly device?: string;
}

/** From one node, first of all: what it holds of the uid, as far as it can answer. */
export interface AskedNote {
  readonly id: string;
  readonly node: string;
  readonly devices: readonly AskedDevice[];
}

/** An answer, or a refusal. */
export type AnsweredNote = { readonly id: string; readonly connectionId: string } & (
  { readonly data: unknown } | { readonly error: Refusal }
);

export interface LeftNote {
  readonly id: string;
  readonly connectionId: string;
}

export interface OverNote {
  readonly id: string;
}

/** A device's reason not to answer. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** The kinds of these notes. */
export const RequestNote = {
  ASKED: 'request.asked',
  ANSWERED: 'request.answered',
  LEFT: 'request.left',
  OVER: 'request.over',
} as const;

/** @throws Error when it is not what a node writes; so do those below */
export function readAsked({ id, node, devices }: NodeNote): AskedNote {
  if (typeof id === 'string' && typeof node === 'string' && isListOfDevices(devices)) {
    return { id, node, devices };
  }
  throw malformed();
}

export function readAnswered(note: NodeNote): AnsweredNote {
  const { id, connectionId } = readLeft(note);
  if ('data' in note) return { id, connectionId, data: note.data };
  if (isRefusal(note.error)) return { id, connectionId, error: note.error };
  throw malformed();
}

export function readLeft({ id, connectionId }: NodeNote): LeftNote {
  if (typeof id === 'string' && typeof connectionId === 'string') return { id, connectionId };
  throw malformed();
}

export function readOver({ id }: NodeNote): OverNote {
  if (typeof id === 'string') return { id };
  throw malformed();
}

function isListOfDevices(value: unknown): value is AskedDevice[] {
  return Array.isArray(value) && value.every(isDevice);
}

function isDevice(value: unknown): value is AskedDevice {
  if (!isObject(value) || typeof value.connectionId !== 'string') return false;
  return value.device === undefined || typeof value.device === 'string';
}

function isRefusal(value: unknown): value is Refusal {
  return isObject(value) && typeof value.code === 'string' && typeof value.message === 'string';
}

function malformed(): Error {
  return new Error('it is no note of a request');
}
