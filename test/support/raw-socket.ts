import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { Mailbox } from './mailbox.js';
import {
  buildFrame,
  Opcode,
  parseFrame,
  type FrameSpec,
  type ReceivedFrame,
} from './raw-frames.js';
import {
  parseResponse,
  upgradeRequest,
  type HandshakeOptions,
  type HandshakeResponse,
} from './raw-handshake.js';

export interface CloseFrame {
  /** Undefined when the close frame is empty. */
  code: number | undefined;
  reason: string;
}

const sockets = new Set<RawSocket>();

/** Ends every raw socket that is still there: for `afterEach`. */
export function closeAllRaw(): void {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
}

/** A TCP connection to the host and port of a ws:// or http:// URL; no byte is sent yet. */
export async function connectRaw(url: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const socket = connectTcp({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const raw = new RawSocket(socket, url);
  sockets.add(raw);
  return raw;
}

/** A TCP connection on which the upgrade has succeeded. */
export async function openRaw(url: string, options: HandshakeOptions = {}): Promise<RawSocket> {
  const raw = await connectRaw(url);
  const { status, body } = await raw.handshake(options);
  if (status !== 101) throw new Error(`Waited for 101, but the server answered ${status}: ${body}`);
  return raw;
}

/**
 * A WebSocket client that keeps no rule unless told to: for what `ws` would never send. It
 * answers neither pings nor close frames by itself.
 */
export class RawSocket {
  private readonly frames = new Mailbox<ReceivedFrame>(
    (frame) => `opcode ${frame.opcode}: ${JSON.stringify(frame.text)}`,
  );
  private readonly heads = new Mailbox<HandshakeResponse>((head) => JSON.stringify(head));
  private readonly ends = new Mailbox<string>((how) => how);
  private unread: Buffer = Buffer.alloc(0);
  private upgraded = false;

  constructor(
    readonly socket: Socket,
    readonly url: string,
  ) {
    socket.on('data', (chunk) => this.onData(chunk));
    // A reset is one of the ends that a test may wait for.
    socket.on('error', () => undefined);
    socket.on('end', () => this.onEnd());
    socket.on('close', () => this.onEnd());
  }

  /** Every frame since the connection began, taken or not. */
  get received(): readonly ReceivedFrame[] {
    return this.frames.all;
  }

  /** Writes bytes as they are; resolves when the kernel has them. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Writes bytes in pieces of the given size, each a TCP segment of its own where TCP lets it. */
  async writeInPieces(bytes: Uint8Array, size = 1): Promise<void> {
    for (let at = 0; at < bytes.length; at += size) {
      await this.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends an upgrade request and waits for the answer, whatever it is. */
  async handshake(options: HandshakeOptions = {}): Promise<HandshakeResponse> {
    const head = options.head ?? Buffer.alloc(0);
    const request = Buffer.concat([upgradeRequest(this.url, options), head]);
    // A failed write says less than the answer, or the end, that came before it.
    await this.write(request).catch(() => undefined);
    return this.response();
  }

  /** The answer to a request that was written by hand. */
  response(): Promise<HandshakeResponse> {
    return this.heads.take('an HTTP response');
  }

  send(spec: FrameSpec): Promise<void> {
    return this.write(buildFrame(spec));
  }

  sendText(text: string): Promise<void> {
    return this.send({ payload: text });
  }

  /** The oldest untaken frame of any kind. */
  nextFrame(): Promise<ReceivedFrame> {
    return this.frames.take('a frame');
  }

  /** The text of the oldest untaken text frame. */
  async nextText(): Promise<string> {
    const frame = await this.frames.take('a text frame', ({ opcode }) => opcode === Opcode.TEXT);
    return frame.text;
  }

  async waitForCloseFrame(): Promise<CloseFrame> {
    const { payload } = await this.frames.take(
      'a close frame',
      ({ opcode }) => opcode === Opcode.CLOSE,
    );
    return {
      code: payload.length >= 2 ? payload.readUInt16BE() : undefined,
      reason: payload.subarray(2).toString(),
    };
  }

  /** Waits until the server has ended the TCP connection, by FIN or by reset. */
  async waitForEnd(): Promise<void> {
    const how = await this.ends.take('the TCP connection to end');
    this.ends.put(how);
  }

  /** Ends the connection with a RST, as a crashing or hostile peer does. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private onData(chunk: Buffer): void {
    this.unread = Buffer.concat([this.unread, chunk]);
    if (!this.upgraded) this.readHeads();
    if (this.upgraded) this.readFrames();
  }

  private onEnd(): void {
    this.frames.end('the TCP connection ended');
    this.heads.end(`the TCP connection ended after ${this.unread.length} other bytes`);
    if (this.ends.all.length === 0) this.ends.put('ended');
    sockets.delete(this);
  }

  private readHeads(): void {
    while (!this.upgraded) {
      const parsed = parseResponse(this.unread);
      if (parsed === undefined) return;
      this.unread = this.unread.subarray(parsed.size);
      this.upgraded = parsed.response.status === 101;
      this.heads.put(parsed.response);
    }
  }

  private readFrames(): void {
    for (;;) {
      const parsed = parseFrame(this.unread);
      if (parsed === undefined) return;
      this.unread = this.unread.subarray(parsed.size);
      this.frames.put(parsed.frame);
    }
  }
}
