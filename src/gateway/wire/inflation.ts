import type { WebSocket } from 'ws';
import { internalsOf, type Inflater } from './ws-internals.js';

/** A `ws` socket whose compressed messages are inflated only as far as not too much waits. */
export interface Inflating extends WebSocket {
  /** Whether so much waits that nothing more is to be inflated, until `inflateOn`. */
  readonly isFull: boolean;
}

/** A call that has its turn later; ws makes no other one before it is answered. */
type PutOff = Parameters<Inflater['decompress']>;

type TurnTaking = Inflater & { [FOR]: Inflating; [LATER]: PutOff | null };

const FOR = Symbol('WebSocket');
const LATER = Symbol('later');

/**
 * Has ws inflate the next message of the socket when it is its turn. By itself it inflates whatever
 * one read has brought, which may be a thousand times as much.
 */
export function inflateInTurn(socket: Inflating): void {
  const inflater = inflaterOf(socket);
  if (inflater === undefined) return;
  inflater[FOR] = socket;
  inflater[LATER] = null;
  inflater.decompress = decompress;
  // ws tells of the end when it has read everything.
  internalsOf(socket)._socket.once('close', () => inflateOn(socket));
}

/** Goes on with what was put off. */
export function inflateOn(socket: Inflating): void {
  const inflater = inflaterOf(socket);
  const later = inflater?.[LATER] ?? null;
  if (inflater === undefined || later === null) return;
  inflater[LATER] = null;
  inflater.decompress(...later);
}

function decompress(this: TurnTaking, ...call: PutOff): void {
  const socket = this[FOR];
  if (socket.isFull && !internalsOf(socket)._socket.destroyed) this[LATER] = call;
  else (Object.getPrototypeOf(this) as Inflater).decompress.apply(this, call);
}

function inflaterOf(socket: Inflating): TurnTaking | undefined {
  const inflater = internalsOf(socket)._extensions['permessage-deflate'];
  return typeof inflater?.decompress === 'function' ? (inflater as TurnTaking) : undefined;
}
