import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage, type Server } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { connect } from '../support/client.js';
import { freePort } from '../support/free-port.js';
import { RawSocket } from '../support/raw-socket.js';
import { useApp } from '../support/use-app.js';

const run = promisify(execFile);
/** As Java's HttpClient offers HTTP/2 in each of its requests. */
const OFFER = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n';
const JSON_BODY = 'Content-Type: application/json\r\n';

let answerSlowRequest: () => void;
let answered: Promise<void>;

@Controller()
class Routes {
  @Get('quick')
  quick(): string {
    return 'quick';
  }

  @Get('slow')
  async slow(): Promise<string> {
    await answered;
    return 'slow';
  }

  @Get('connection')
  connection(@Req() { headers }: { headers: IncomingMessage['headers'] }): unknown {
    return { connection: headers.connection, upgrade: headers.upgrade };
  }

  @Post('length')
  length(@Body() body: { data: string }): number {
    return body.data.length;
  }
}

const app = useApp({ controllers: [Routes] });
const warnings: Error[] = [];
const onWarning = (warning: Error): void => void warnings.push(warning);

beforeEach(() => {
  answered = new Promise((resolve) => (answerSlowRequest = resolve));
  warnings.length = 0;
  process.on('warning', onWarning);
});

afterEach(() => process.off('warning', onWarning));

function request(line: string, headers = OFFER, body = ''): string {
  return `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n${body}`;
}

function post(data: string, headers = OFFER): string {
  const body = JSON.stringify({ data });
  return request('POST /length', `${headers}${JSON_BODY}Content-Length: ${body.length}\r\n`, body);
}

function postChunked(...pieces: string[]): string {
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
  return request(
    'POST /length',
    `${OFFER}${JSON_BODY}Transfer-Encoding: chunked\r\n`,
    `${chunks}0\r\n\r\n`,
  );
}

async function connectRaw(): Promise<RawSocket> {
  if (!app.http.startsWith('https')) return app.connectRaw();
  const { hostname: host, port } = new URL(app.http);
  const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return new RawSocket(socket, app.url);
}

/** What comes on one connection for these bytes, as bodies. */
async function bodiesFor(bytes: string, count: number): Promise<string[]> {
  const raw = await connectRaw();
  await raw.write(bytes);
  const bodies: string[] = [];
  for (let i = 0; i < count; i++) bodies.push((await raw.response()).body);
  raw.destroy();
  return bodies;
}

describe.each([
  ['express', false],
  ['fastify', false],
  ['express', true],
  ['fastify', true],
] as const)('an upgrade to another protocol on %s (https: %s)', (adapter, https) => {
  beforeEach(() => app.start({ adapter, https }));

  it.each(['h2c', 'TLS/1.0', 'HTTP/3.0, h2c', 'made-up'])('%s is HTTP', async (protocol) => {
    const headers = `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n`;
    expect(await bodiesFor(request('GET /quick', headers), 1)).toEqual(['quick']);
  });

  it('keeps its body, in one piece, in chunks, and however it arrives', async () => {
    expect(await bodiesFor(post('x'.repeat(50_000)), 1)).toEqual(['50000']);
    expect(await bodiesFor(postChunked('{"data":', '"abc"}'), 1)).toEqual(['3']);
    const raw = await connectRaw();
    await raw.writeInPieces(Buffer.from(post('abc') + postChunked('{"data":"', 'x"', '}')), 7);
    expect((await raw.response()).body).toBe('3');
    expect((await raw.response()).body).toBe('1');
    raw.destroy();
  });

  it('is answered in its turn among others that were sent together', async () => {
    const bytes = [
      request('GET /slow', ''),
      request('GET /quick'),
      post('ab'),
      request('GET /quick', ''),
      postChunked('{"data":"abc"}'),
      request('GET /quick'),
      request('GET /quick'),
    ].join('');
    const bodies = bodiesFor(bytes, 7);
    answerSlowRequest();
    expect(await bodies).toEqual(['slow', 'quick', '2', 'quick', '3', 'quick', 'quick']);
  });

  it('may stand in every request of a connection that is kept alive', async () => {
    const raw = await connectRaw();
    for (let i = 0; i < 20; i++) {
      await raw.write(request('GET /quick'));
      const { body, headers } = await raw.response();
      expect([body, headers.get('connection')]).toEqual(['quick', 'keep-alive']);
    }
    raw.destroy();
    expect(warnings).toEqual([]);
  });

  it('ends the connection where it asks for that', async () => {
    const raw = await connectRaw();
    await raw.write(request('GET /quick', 'Connection: close, Upgrade\r\nUpgrade: h2c\r\n'));
    expect((await raw.response()).headers.get('connection')).toBe('close');
    await raw.waitForEnd();
  });

  it('may be followed by a WebSocket on the same connection', async () => {
    const raw = await connectRaw();
    await raw.write(request('GET /quick'));
    expect((await raw.response()).body).toBe('quick');
    expect((await raw.handshake({ protocols: 'push.v1.text' })).status).toBe(101);
    await raw.sendText('ada');
    expect(await raw.nextText()).toContain('ada');
    raw.destroy();
  });

  it('that resets before its answer leaves nothing behind', async () => {
    const raw = await connectRaw();
    await raw.write(request('GET /slow', '') + request('GET /quick'));
    raw.socket.destroy();
    answerSlowRequest();
    expect(await bodiesFor(request('GET /quick'), 1)).toEqual(['quick']);
  });
});

it('curl speaks HTTP/1.1 where it offers HTTP/2', async () => {
  await app.start();
  const curl = (...args: string[]) => run('curl', ['-sS', '--http2', ...args]);
  expect((await curl(`${app.http}/quick`)).stdout).toBe('quick');
  const body = JSON.stringify({ data: 'x'.repeat(5_000) });
  const headers = ['-H', 'Content-Type: application/json'];
  expect((await curl(...headers, '-d', body, `${app.http}/length`)).stdout).toBe('5000');
});

it('consumers of the same server get WebSockets alone, and everything else is HTTP', async () => {
  const seen: (string | undefined)[] = [];
  let foreign: WebSocketServer | undefined;
  await app.start({
    configure: (nest) => {
      const server = nest.getHttpServer() as Server;
      foreign = new WebSocketServer({ noServer: true });
      server.on('upgrade', (request: IncomingMessage, socket, head) => {
        seen.push(request.headers.upgrade);
        if (request.url !== '/foreign') return;
        foreign!.handleUpgrade(request, socket, head, (client) => client.send('foreign'));
      });
    },
  });
  expect(await bodiesFor(request('GET /quick'), 1)).toEqual(['quick']);
  const client = await connect(`${app.url}foreign`);
  expect(await client.next()).toBe('foreign');
  expect(seen).toEqual(['websocket']);
  foreign?.close();
});

it('a port that a gateway has for itself says that it serves WebSockets, whatever is asked of it', async () => {
  const port = await freePort();
  @WebSocketGateway(port, { path: '/own' })
  class OwnPort {}
  await app.start({ providers: [OwnPort] });
  for (const headers of [{}, { connection: 'upgrade', upgrade: 'h2c' }]) {
    const [response] = (await once(get({ port, headers }), 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers.upgrade]).toEqual([426, 'websocket']);
  }
});
