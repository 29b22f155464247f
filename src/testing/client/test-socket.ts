import type { IncomingMessage } from 'node:http';
import { WebSocket, type RawData } from 'ws';
import { within } from '../../protocol/within.js';
import { Mailbox } from '../mailbox.js';
import { openClients } from './open-clients.js';
import { TIMEOUT } from './test-client.options.js';
import { UpgradeRefused } from './upgrade-refused.js';

/** How a socket is opened. */
export interface SocketOptions {
  /** Subprotocols to offer. */
  protocols?: string | readonly string[] | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds that anything is waited for at most. */
  timeout?: number | undefined;
}

/** How a connection ended: with a close frame, or 1006 without one. */
export interface Closing {
  code: number;
  reason: string;
}

/** A WebSocket with a queue: a test waits for what comes, and never sleeps. */
export abstract class TestSocket<Frame> {
  private readonly socket: WebSocket;
  private readonly frames: Mailbox<Frame>;
  private readonly closing: Promise<Closing>;
  private readonly timeout: number;
  private pings = 0;

  protected constructor(
    /** Where it is connected to. */
    readonly url: string,
    { protocols = [], headers, timeout = TIMEOUT }: SocketOptions,
  ) {
    this.timeout = timeout;
    this.frames = new Mailbox((frame) => JSON.stringify(frame), timeout);
    const offered = typeof protocols === 'string' ? [protocols] : [...protocols];
    this.socket = new WebSocket(url, offered, {
      handshakeTimeout: timeout,
      // It is the test's own server; its certificate is nobody else's concern.
      rejectUnauthorized: false,
      ...(headers && { headers: { ...headers } }),
    });
    this.socket.on('message', (data, isBinary) => this.onMessage(textOf(data), isBinary));
    this.closing = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
      });
    });
    void this.closing.then(({ code, reason }) => {
      openClients.delete(this);
      this.frames.end(`the connection was closed with ${code} "${reason}"`);
    });
    openClients.add(this);
  }

  /** The subprotocol that the server chose; empty when none. */
  get subprotocol(): string {
    return this.socket.protocol;
  }

  /** Whether the connection is open. */
  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Every frame since the connection began, taken or not. */
  get received(): readonly Frame[] {
    return this.frames.all;
  }

  /** The oldest frame that was not taken yet, now or when it comes. */
  next(): Promise<Frame> {
    return this.frames.take('a frame');
  }

  /** Takes out what has arrived until now. */
  takeAll(): Frame[] {
    return this.frames.takeAll();
  }

  /** Sends a frame: a string as it is, a Buffer as a binary one, anything else as JSON. */
  write(frame: unknown): void {
    const asItIs = typeof frame === 'string' || Buffer.isBuffer(frame);
    this.socket.send(asItIs ? frame : JSON.stringify(frame));
  }

  /**
   * Waits until the connection has ended, whoever ended it.
   *
   * @param expected what the code, and the reason, must be
   * @throws Error that tells how it ended instead, or what came while it did not
   */
  async expectClose(expected: Partial<Closing> = {}): Promise<Closing> {
    const trace = new Error();
    const ended = await this.patiently(this.closing, trace, 'the connection to close');
    const { code = ended.code, reason = ended.reason } = expected;
    if (ended.code === code && ended.reason === reason) return ended;
    trace.message =
      `Expected the connection to be closed with ${JSON.stringify(expected)}, but it was ` +
      `${JSON.stringify(ended)}.${this.frames.report()}`;
    throw trace;
  }

  /** Closes in the orderly way, and waits for the server's answer. */
  async close(code = 1000, reason = ''): Promise<Closing> {
    this.socket.close(code, reason);
    return this.expectClose();
  }

  /** Ends the TCP connection without a close frame, as a lost one does. */
  async terminate(): Promise<void> {
    this.socket.terminate();
    if (this.socket.readyState !== WebSocket.CLOSED) await this.closing;
  }

  /** Stops reading: a client that is too slow. */
  pause(): void {
    this.socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.socket.resume();
  }

  /** `await using client = …` closes it at the end of its block. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isOpen) await this.close();
    else await this.terminate();
  }

  /** @internal Whatever its server had written is here, unless nobody reads it any more. */
  async caughtUp(): Promise<void> {
    if (!this.isOpen || this.socket.isPaused) return;
    await this.pinged().catch((error: unknown) => {
      if (this.isOpen) throw error;
    });
  }

  /** What came, in the form in which tests look at it. */
  protected abstract decode(text: string): Frame;

  /** The oldest untaken frame that matches; the others stay, in order. */
  protected take(what: string, matches: (frame: Frame) => boolean): Promise<Frame> {
    return this.frames.take(what, matches);
  }

  /** The oldest untaken frame that matches and is here; undefined if there is none. */
  protected takeArrived(matches: (frame: Frame) => boolean): Frame | undefined {
    return this.frames.takeArrived(matches);
  }

  /** Waits for the answer to a WebSocket ping: whatever the server wrote before it has come. */
  protected async pinged(): Promise<void> {
    const payload = String(++this.pings);
    const trace = new Error();
    const answer = new Promise<void>((resolve, reject) => {
      const onPong = (data: Buffer): void => {
        if (data.toString() !== payload) return;
        this.socket.off('pong', onPong);
        resolve();
      };
      this.socket.on('pong', onPong);
      void this.closing.then(({ code, reason }) => {
        trace.message = `Waited for the answer to a ping, but the connection was closed with ${code} "${reason}".${this.frames.report()}`;
        reject(trace);
      });
      this.socket.ping(payload, undefined, (error) => error && reject(error));
    });
    await this.patiently(answer, trace, 'the answer to a ping');
  }

  /** As the promise, but it rejects with the trace when nothing happens for too long. */
  private patiently<T>(promise: Promise<T>, trace: Error, what: string): Promise<T> {
    return within(this.timeout, promise, (reject) => {
      trace.message = `Waited for ${what}, but ${this.timeout} ms passed.${this.frames.report()}`;
      reject(trace);
    });
  }

  /**
   * Resolves when the upgrade is done.
   *
   * @throws UpgradeRefused when the server refuses it
   */
  protected opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.on('error', reject);
      this.socket.once('unexpected-response', (request, response: IncomingMessage) => {
        UpgradeRefused.read(response)
          .then(reject, reject)
          .finally(() => request.destroy());
      });
    });
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
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
