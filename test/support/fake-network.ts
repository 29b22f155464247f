import { afterEach, beforeEach, vi } from 'vitest';
import { PushClient, type PushClientOptions } from '../../src/client/index.js';
import type { WebSocketLike } from '../../src/client/web-socket.js';
import type { JsonFrame } from './client.js';

/** One WebSocket of a client whose other end is the test. */
export class FakeSocket implements WebSocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  /** What the client has sent and the test has not taken. */
  readonly sent: JsonFrame[] = [];
  /** The code that the client has closed with; undefined until then. */
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as JsonFrame);
  }

  close(code = 1000): void {
    this.closedWith ??= code;
  }

  /** The server accepts the upgrade. */
  open(): void {
    this.onopen?.({} as never);
  }

  /** A frame, or any text, comes from the server. */
  receive(frame: JsonFrame | string): void {
    const data = typeof frame === 'string' ? frame : JSON.stringify(frame);
    this.onmessage?.({ data } as never);
  }

  /** Retained messages come, whose data are their offsets. */
  receiveRetained(...offsets: number[]): void {
    for (const offset of offsets) {
      this.receive({ event: 'message', data: { id: `m${offset}`, data: offset, offset } });
    }
  }

  /** The connection ends; 1006 without a close frame. */
  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason } as never);
  }

  /** The oldest frame that was not taken. */
  take(): JsonFrame {
    const frame = this.sent.shift();
    if (frame === undefined) throw new Error('The client has sent nothing.');
    return frame;
  }

  /** Opens, takes the `auth` frame and welcomes; answers what the client offered. */
  welcome(data: Record<string, unknown> = {}): Record<string, unknown> {
    this.open();
    const { id, data: offered } = this.take();
    this.receive({ event: 'auth', id, data: { uid: 'ada', connectionId: '@fake.1', ...data } });
    return offered as Record<string, unknown>;
  }

  /** Opens and refuses the `auth` frame, as a server does. */
  refuse(code = 'AUTH_FAILED', close = 4401): void {
    this.open();
    const { id } = this.take();
    this.receive({ event: 'error', id, data: { code, message: 'No.' } });
    this.end(close, code);
  }
}

/** Where the WebSockets of a client lead to. */
export class FakeNetwork {
  readonly sockets: FakeSocket[] = [];
  readonly webSocket: new (url: string, protocol: string) => FakeSocket;

  constructor() {
    const { sockets } = this;
    this.webSocket = class extends FakeSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol);
        sockets.push(this);
      }
    };
  }

  /** The newest WebSocket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('The client has opened no WebSocket.');
    return socket;
  }
}

/** A client whose network is the test; trusts the uid "ada" unless told. */
export function fakeClient(options: Partial<PushClientOptions> = {}) {
  const network = new FakeNetwork();
  const client = new PushClient('wss://push.example/', {
    auth: () => ({ uid: 'ada' }),
    webSocket: network.webSocket,
    ...options,
  });
  return { client, network };
}

/** A client that is connected, its socket, and where the next ones appear. */
export async function connectedClient(
  options: Partial<PushClientOptions> = {},
  welcome: Record<string, unknown> = {},
) {
  const { client, network } = fakeClient(options);
  const connected = client.connect();
  await soon();
  const { socket } = network;
  socket.welcome(welcome);
  await connected;
  return { client, network, socket };
}

/** Time passes only when a test says so. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** Lets promises settle; needs fake timers. */
export async function soon(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Lets time pass; needs fake timers. */
export async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

/** Breaks the connection and brings the next one, which waits to be welcomed. */
export async function reconnect(network: FakeNetwork, code = 1006): Promise<FakeSocket> {
  const before = network.sockets.length;
  network.socket.end(code);
  for (let waited = 0; network.sockets.length === before && waited <= 30_000; waited += 50) {
    await pass(50);
  }
  return network.socket;
}
