import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { Mailbox } from './mailbox.js';

export const Opcode = {
  CONTINUATION: 0x0,
  TEXT: 0x1,
  BINARY: 0x2,
  CLOSE: 0x8,
  PING: 0x9,
  PONG: 0xa,
} as const;

/** A frame as a client may get it wrong: everything can be said, nothing is checked. */
export interface FrameSpec {
  /** Default TEXT. */
  opcode?: number;
  payload?: string | Uint8Array;
  /** Default true. */
  fin?: boolean;
  /** The three reserved bits, 0 to 7. */
  rsv?: number;
  /** Default true: a random mask. False sends an unmasked frame; four bytes are the mask. */
  mask?: boolean | Uint8Array;
  /** The length that the header declares, whatever the payload is. */
  declaredLength?: number | bigint;
  /** Bits of the length field; default the shortest that holds the declared length. */
  lengthBits?: 7 | 16 | 64;
}

/** A frame as it came from the server. */
export interface ReceivedFrame {
  opcode: number;
  fin: boolean;
  rsv: number;
  masked: boolean;
  payload: Buffer;
  /** The payload as UTF-8. */
  text: string;
}

export interface HandshakeOptions {
  /** Instead of `GET <path of the url> HTTP/1.1`. */
  requestLine?: string;
  /** Added to the usual headers, or replacing them; undefined leaves the usual one out. */
  headers?: Record<string, string | readonly string[] | undefined>;
  protocols?: string | readonly string[];
  /** Bytes that follow the request at once, in the same write. */
  head?: Uint8Array;
}

export interface HandshakeResponse {
  status: number;
  headers: ReadonlyMap<string, string>;
  /** What followed the head when the upgrade was refused, as far as `content-length` says. */
  body: string;
}

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

/** The bytes of one frame. */
export function buildFrame(spec: FrameSpec = {}): Buffer {
  const { opcode = Opcode.TEXT, fin = true, rsv = 0, mask = true } = spec;
  const payload = Buffer.from(spec.payload ?? '');
  const first = (fin ? 0x80 : 0) | ((rsv & 0x7) << 4) | (opcode & 0xf);
  const length = lengthField(BigInt(spec.declaredLength ?? payload.length), spec.lengthBits);
  if (mask === false) return Buffer.concat([Buffer.of(first), length, payload]);
  length[0] |= 0x80;
  const key = mask === true ? randomBytes(4) : Buffer.from(mask);
  const masked = payload.map((byte, i) => byte ^ key[i % 4]);
  return Buffer.concat([Buffer.of(first), length, key, masked]);
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ''): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

function lengthField(length: bigint, bits?: 7 | 16 | 64): Buffer {
  const width = bits ?? (length < 126n ? 7 : length < 65_536n ? 16 : 64);
  if (width === 7) return Buffer.of(Number(length));
  const field = Buffer.alloc(width === 16 ? 3 : 9);
  field[0] = width === 16 ? 126 : 127;
  if (width === 16) field.writeUInt16BE(Number(length), 1);
  else field.writeBigUInt64BE(length, 1);
  return field;
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
    const request = Buffer.concat([this.requestOf(options), options.head ?? Buffer.alloc(0)]);
    // A failed write says less than the answer, or the end, that came before it.
    await this.write(request).catch(() => undefined);
    return this.response();
  }

  /** The answer to a request that was written by hand. */
  response(): Promise<HandshakeResponse> {
    return this.heads.take('an HTTP response');
  }

  /** The bytes of an upgrade request. */
  requestOf({ requestLine, headers = {}, protocols = [] }: HandshakeOptions = {}): Buffer {
    const { host, pathname, search } = new URL(this.url);
    const offered = typeof protocols === 'string' ? [protocols] : protocols;
    const all: NonNullable<HandshakeOptions['headers']> = {
      Host: host,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Protocol': offered.length > 0 ? offered.join(', ') : undefined,
      ...headers,
    };
    const lines = [requestLine ?? `GET ${pathname}${search} HTTP/1.1`];
    for (const [name, value = []] of Object.entries(all)) {
      for (const one of typeof value === 'string' ? [value] : value) lines.push(`${name}: ${one}`);
    }
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  }

  send(spec: FrameSpec): Promise<void> {
    return this.write(buildFrame(spec));
  }

  sendText(text: string): Promise<void> {
    return this.send({ payload: text });
  }

  sendClose(code = 1000, reason = ''): Promise<void> {
    return this.send({ opcode: Opcode.CLOSE, payload: closePayload(code, reason) });
  }

  /** One text message as several fragments. */
  async sendFragments(parts: readonly (string | Uint8Array)[]): Promise<void> {
    for (const [i, payload] of parts.entries()) {
      const opcode = i === 0 ? Opcode.TEXT : Opcode.CONTINUATION;
      await this.send({ opcode, payload, fin: i === parts.length - 1 });
    }
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

  /** Ends this side with a FIN. */
  end(): void {
    this.socket.end();
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
    if (!this.upgraded) this.readHead();
    if (this.upgraded) this.readFrames();
  }

  private onEnd(): void {
    this.frames.end('the TCP connection ended');
    this.heads.end(`the TCP connection ended after ${this.unread.length} other bytes`);
    if (this.ends.all.length === 0) this.ends.put('ended');
    sockets.delete(this);
  }

  private readHead(): void {
    const end = this.unread.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [statusLine = '', ...lines] = this.unread.toString('latin1', 0, end).split('\r\n');
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    const status = Number(statusLine.split(' ')[1]);
    const bodyEnd = end + 4 + (status === 101 ? 0 : Number(headers.get('content-length') ?? 0));
    if (this.unread.length < bodyEnd) return;
    const body = this.unread.toString('utf8', end + 4, bodyEnd);
    this.unread = this.unread.subarray(bodyEnd);
    this.upgraded = status === 101;
    this.heads.put({ status, headers, body });
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

/** The frame at the beginning of the bytes, or undefined while it is not whole. */
function parseFrame(bytes: Buffer): { frame: ReceivedFrame; size: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthEnd = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < lengthEnd) return undefined;
  const length =
    short === 127
      ? Number(bytes.readBigUInt64BE(2))
      : short === 126
        ? bytes.readUInt16BE(2)
        : short;
  const start = lengthEnd + (masked ? 4 : 0);
  if (bytes.length < start + length) return undefined;
  const key = bytes.subarray(lengthEnd, start);
  const raw = Buffer.from(bytes.subarray(start, start + length));
  const payload = masked ? Buffer.from(raw.map((byte, i) => byte ^ key[i % 4])) : raw;
  const frame: ReceivedFrame = {
    opcode: first & 0xf,
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 0x7,
    masked,
    payload,
    text: payload.toString(),
  };
  return { frame, size: start + length };
}
