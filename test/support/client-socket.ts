import type { IncomingHttpHeaders } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { Mailbox, PATIENCE } from './mailbox.js';

export interface ConnectOptions {
  /** Subprotocols to offer; `connectJson` and `connectText` offer their own unless told. */
  protocols?: string | readonly string[];
  headers?: Record<string, string>;
  /** False to take any certificate. */
  rejectUnauthorized?: boolean;
}

export interface Closing {
  code: number;
  reason: string;
}

/** The server's answer to an upgrade that it did not accept. */
export interface Refusal {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

const open = new Set<{ terminate(): Promise<void> }>();

/** Ends every client of this file that is still there: for `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(Array.from(open, (client) => client.terminate()));
}

/** How the server refuses the upgrade; rejects when it does not. */
export function refusedUpgrade(url: string, options: ConnectOptions = {}): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const socket = newSocket(url, options);
    socket.once('open', () => {
      socket.terminate();
      reject(new Error(`Waited for ${url} to refuse the upgrade, but it accepted.`));
    });
    socket.once('error', reject);
    socket.once('unexpected-response', (request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        request.destroy();
        const body = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
  });
}

/** A WebSocket client with a queue: a test waits for events and never sleeps. */
export abstract class TestClient<Frame> {
  private readonly socket: WebSocket;
  private readonly frames: Mailbox<Frame>;
  private readonly closings: Mailbox<Closing>;
  readonly opened: Promise<void>;

  constructor(
    readonly url: string,
    options: ConnectOptions,
  ) {
    this.frames = new Mailbox<Frame>((frame) => JSON.stringify(frame));
    this.closings = new Mailbox<Closing>((closing) => JSON.stringify(closing));
    this.socket = newSocket(url, options);
    this.socket.on('message', (data, isBinary) => this.onMessage(textOf(data), isBinary));
    this.socket.on('close', (code, reason) => this.onClose(code, reason.toString()));
    this.opened = this.whenOpen();
    open.add(this);
  }

  /** Subprotocol that the server chose; empty when none. */
  get subprotocol(): string {
    return this.socket.protocol;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Every frame since the connection began, taken or not. */
  get received(): readonly Frame[] {
    return this.frames.all;
  }

  protected abstract decode(text: string): Frame;

  /** Sends a string as it is, anything else as JSON, and a Buffer as a binary frame. */
  send(frame: unknown): void {
    const asItIs = typeof frame === 'string' || Buffer.isBuffer(frame);
    this.socket.send(asItIs ? frame : JSON.stringify(frame));
  }

  /** The oldest frame that was not taken yet. */
  next(): Promise<Frame> {
    return this.frames.take('a frame');
  }

  /** The oldest untaken frame that matches; the others stay, in order. */
  waitForMessage(
    matches: (frame: Frame) => boolean,
    what = `a frame with ${matches.toString()}`,
  ): Promise<Frame> {
    return this.frames.take(what, matches);
  }

  /** Takes out what has arrived until now. */
  takeAll(): Frame[] {
    return this.frames.takeAll();
  }

  async waitForClose(): Promise<Closing> {
    const closing = await this.closings.take('the connection to close');
    this.closings.put(closing);
    return closing;
  }

  /** Closes in the orderly way and waits for the server's answer. */
  async close(code = 1000, reason = ''): Promise<Closing> {
    this.socket.close(code, reason);
    return this.waitForClose();
  }

  /** Ends the TCP connection without a close frame. */
  async terminate(): Promise<void> {
    this.socket.terminate();
    if (this.socket.readyState !== WebSocket.CLOSED) {
      await new Promise((resolve) => this.socket.once('close', resolve));
    }
  }

  /** Stops reading from the socket: a client that is too slow. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  private onMessage(text: string, isBinary: boolean): void {
    if (isBinary) return this.frames.end('the server sent a binary frame');
    let frame: Frame;
    try {
      frame = this.decode(text);
    } catch {
      return this.frames.end(`the server sent what this client cannot read: ${text}`);
    }
    this.frames.put(frame);
  }

  private onClose(code: number, reason: string): void {
    open.delete(this);
    this.frames.end(`the connection was closed with ${code} "${reason}"`);
    this.closings.put({ code, reason });
  }

  private whenOpen(): Promise<void> {
    const opening = new Promise<void>((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.on('error', reject);
    });
    // The rejection reaches whoever awaits `opened`; nobody else has to.
    opening.catch(() => undefined);
    return opening;
  }
}

function newSocket(url: string, { protocols = [], ...options }: ConnectOptions): WebSocket {
  const offered = typeof protocols === 'string' ? [protocols] : [...protocols];
  return new WebSocket(url, offered, { ...options, handshakeTimeout: PATIENCE });
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
