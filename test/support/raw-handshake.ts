import { randomBytes } from 'node:crypto';

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

/** The bytes of an upgrade request to a ws:// or http:// URL. */
export function upgradeRequest(
  url: string,
  { requestLine, headers = {}, protocols = [] }: HandshakeOptions = {},
): Buffer {
  const { host, pathname, search } = new URL(url);
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

/** The answer at the beginning of the bytes, or undefined while it is not whole. */
export function parseResponse(
  bytes: Buffer,
): { response: HandshakeResponse; size: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const status = Number(statusLine.split(' ')[1]);
  const size = end + 4 + (status === 101 ? 0 : Number(headers.get('content-length') ?? 0));
  if (bytes.length < size) return undefined;
  const body = bytes.toString('utf8', end + 4, size);
  return { response: { status, headers, body }, size };
}
