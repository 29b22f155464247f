import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';

/**
 * The parts of `ws` behind its public API that plain frames go past: reading and writing them
 * ourselves costs a fraction of its receiver stream and its framing per receiver. Everything else
 * (the handshake, fragments, control frames, compression, half frames, breaches of RFC 6455)
 * stays with `ws`. Checked with ws 8.23; `areAsExpected` looks before anything relies on them.
 */
export interface WsInternals {
  readonly _socket: Socket;
  readonly _closeFrameReceived: boolean;
  readonly _receiver: {
    readonly _state: number;
    readonly _bufferedBytes: number;
    readonly _fragmented: number;
    readonly _loop: boolean;
    readonly _writableState: { readonly length: number; readonly errored: Error | null };
  };
  readonly _extensions: { readonly 'permessage-deflate'?: Inflater };
  readonly _sender: { readonly _state: number; readonly _firstFragment: boolean };
}

/** The part of its extension for compression that its receiver calls. */
export interface Inflater {
  decompress(
    data: Buffer,
    isLast: boolean,
    done: (error: Error | null, inflated?: Buffer) => void,
  ): void;
}

export function internalsOf(socket: WebSocket): WsInternals {
  return socket as unknown as WsInternals;
}

export type DataListener = (this: Socket, chunk: Buffer) => void;

/** States of ws's receiver and sender in which neither is in the midst of anything. */
const GET_INFO = 0;
const DEFAULT = 0;

/** Between two messages: the next byte that comes is the first of a frame. */
export function isReceiverIdle({ _receiver: receiver }: WsInternals): boolean {
  return (
    receiver._state === GET_INFO &&
    receiver._bufferedBytes === 0 &&
    receiver._fragmented === 0 &&
    !receiver._loop &&
    receiver._writableState.length === 0
  );
}

/** Nothing is being compressed or waits, and no fragmented message of ours is under way. */
export function isSenderIdle({ _sender: sender }: WsInternals): boolean {
  return sender._state === DEFAULT && sender._firstFragment;
}

/** Whether this version of `ws` is built as described here; asked once per process. */
export function areAsExpected(): boolean {
  return (expected ??= look());
}

let expected: boolean | undefined;

function look(): boolean {
  try {
    const socket = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => done(),
    });
    const probe = new ProbedWebSocket(null, undefined, {}) as unknown as Probe;
    probe.setSocket(socket, Buffer.alloc(0), { maxPayload: 1 });
    const { _receiver: receiver, _sender: sender } = probe;
    const known = [receiver._state, receiver._bufferedBytes, receiver._fragmented, sender._state];
    const asExpected =
      probe._socket === (socket as unknown) &&
      probe._closeFrameReceived === false &&
      known.every((value) => value === 0) &&
      receiver._loop === false &&
      receiver._writableState.length === 0 &&
      receiver._writableState.errored === null &&
      sender._firstFragment === true &&
      socket.listenerCount('data') === 1;
    socket.destroy();
    return asExpected;
  } catch {
    return false;
  }
}

type Probe = WsInternals & {
  setSocket(socket: Duplex, head: Buffer, options: { maxPayload: number }): void;
};

/** A server side socket, as `WebSocketServer` makes them. */
const ProbedWebSocket = WebSocket as unknown as new (
  address: null,
  protocols: undefined,
  options: object,
) => WebSocket;
