import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApp, withoutSharedMemory, type AppOptions, type RunningApp } from '../support/app.js';
import { closeAll, connectJson, connectText, type JsonClient } from '../support/client.js';
import {
  buildFrame,
  closeAllRaw,
  closePayload,
  connectRaw,
  Opcode,
  openRaw,
  type RawSocket,
} from '../support/raw-socket.js';

describe.each([
  ['read past ws into shared memory', {}],
  ['read past ws in chunks', { configure: withoutSharedMemory }],
  ['read by ws', { push: { direct: false } }],
])('%s:', (_path, options: AppOptions) => {
  let running: RunningApp;
  let witness: JsonClient;

  beforeEach(async () => {
    running = await startApp(options);
    witness = await connectJson(running.url);
    await witness.login('witness');
  });

  /** Whatever a test has done: the process and every other connection are unharmed. */
  afterEach(async () => {
    await running.push.sendToUid('witness', 'unharmed');
    expect(await witness.next()).toMatchObject({ data: { data: 'unharmed' } });
    expect(await witness.settle()).toEqual([]);
    await closeAll();
    closeAllRaw();
    await running.close();
  });

  /** A raw json connection that has been authenticated. */
  async function openAs(uid: string): Promise<RawSocket> {
    const raw = await openRaw(running.url, { protocols: 'push.v1.json' });
    await raw.sendText(JSON.stringify({ event: 'auth', data: { uid } }));
    await raw.nextText();
    return raw;
  }

  async function errorOf(raw: RawSocket): Promise<{ id?: unknown; data: { code: string } }> {
    const frame = JSON.parse(await raw.nextText()) as { event: string; data: { code: string } };
    expect(frame.event).toBe('error');
    return frame;
  }

  describe('a frame that is not of the protocol', () => {
    it.each([
      ['what is not JSON', 'hello'],
      ['half a JSON text', '{"event":"send","data":'],
      ['an array', '[]'],
      ['a number', '1'],
      ['a string', '"send"'],
      ['null', 'null'],
      ['nothing at all', ''],
      ['an object without event', '{"data":1}'],
      ['an event that is no string', '{"event":1}'],
      ['an empty event', '{"event":""}'],
      ['an id that is an object', '{"event":"ping","id":{}}'],
      ['an id that is too long', `{"event":"ping","id":"${'x'.repeat(129)}"}`],
      [
        'the key __proto__',
        '{"event":"send","data":{"to":"witness","data":{"__proto__":{"x":1}}}}',
      ],
      ['the key __proto__ in disguise', '{"event":"ping","data":{"\\u005f_proto__":{}}}'],
    ])('is BAD_FRAME when it is %s, and the connection stays open', async (_, text) => {
      const raw = await openAs('ada');
      await raw.sendText(text);
      expect(await errorOf(raw)).toMatchObject({ data: { code: 'BAD_FRAME' } });
      await raw.sendText('{"event":"ping","id":1}');
      expect(await raw.nextText()).toBe('{"event":"pong","id":1}');
    });

    it('has its id repeated when that could be read', async () => {
      const raw = await openAs('ada');
      await raw.sendText('{"event":5,"id":"mine"}');
      expect(await errorOf(raw)).toMatchObject({ id: 'mine', data: { code: 'BAD_FRAME' } });
    });

    it('is BAD_FRAME when it is binary, on both protocols', async () => {
      const raw = await openAs('ada');
      await raw.send({ opcode: Opcode.BINARY, payload: '{"event":"ping"}' });
      expect(await errorOf(raw)).toMatchObject({ data: { code: 'BAD_FRAME' } });
      const text = await connectText(running.url);
      await text.login('bob');
      text.send(Buffer.from('witness:hi'));
      expect(await text.next()).toMatch(/^error:BAD_FRAME:/);
    });

    it('is UNKNOWN_EVENT when nothing handles it, prototype names included', async () => {
      const raw = await openAs('ada');
      for (const event of ['nope', 'constructor', 'toString', '__proto__', 'hasOwnProperty']) {
        await raw.sendText(JSON.stringify({ event, id: event }));
        expect(await errorOf(raw)).toMatchObject({ id: event, data: { code: 'UNKNOWN_EVENT' } });
      }
    });

    it('is refused by a text connection when it has no receiver', async () => {
      const text = await connectText(running.url);
      await text.login('bob');
      for (const frame of ['no colon', ':nobody', '']) {
        text.send(frame);
        expect(await text.next()).toMatch(/^error:BAD_FRAME:/);
      }
      text.send(`${'x'.repeat(129)}:hi`);
      expect(await text.next()).toMatch(/^error:VALIDATION_FAILED:/);
    });

    it('never has its content echoed', async () => {
      const raw = await openAs('ada');
      await raw.sendText('{"event":"s3cret-event","data":"s3cret-data"}');
      await raw.sendText('s3cret');
      await raw.sendText('{"event":"send","data":{"to":"s3cret\\n","data":"s3cret"}}');
      const answers = [await raw.nextText(), await raw.nextText(), await raw.nextText()];
      expect(answers.join()).not.toContain('s3cret');
    });

    it('may be nested as deep as it is long', async () => {
      const raw = await openAs('ada');
      const depth = 30_000;
      const nested = '['.repeat(depth) + ']'.repeat(depth);
      await raw.sendText(`{"event":"send","id":1,"data":{"to":"nobody","data":${nested}}}`);
      expect(['VALIDATION_FAILED', undefined]).toContain(
        (JSON.parse(await raw.nextText()) as { data: { code?: string } }).data.code,
      );
      await raw.sendText(`{"event":"send","id":2,"data":{"to":${nested},"data":1}}`);
      expect(await errorOf(raw)).toMatchObject({ id: 2, data: { code: 'VALIDATION_FAILED' } });
    });

    it('gets an answer of bounded size, however many fields are broken', async () => {
      const raw = await openAs('ada');
      const data = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`field${i}`, i]));
      await raw.sendText(JSON.stringify({ event: 'send', data }));
      expect((await raw.nextText()).length).toBeLessThan(8_192);
    });
  });

  describe('a breach of RFC 6455', () => {
    it.each([
      ['invalid UTF-8', buildFrame({ payload: Buffer.from([0xc3, 0x28]) }), 1007],
      ['a frame above maxPayload', buildFrame({ payload: 'x'.repeat(65_537) }), 1009],
      ['a header that announces too much', buildFrame({ declaredLength: 2n ** 40n }), 1009],
      ['an unmasked frame', buildFrame({ payload: 'x', mask: false }), 1002],
      ['a reserved bit', buildFrame({ payload: 'x', rsv: 4 }), 1002],
      ['an unknown opcode', buildFrame({ opcode: 3 }), 1002],
      [
        'a continuation of nothing',
        buildFrame({ opcode: Opcode.CONTINUATION, payload: 'x' }),
        1002,
      ],
      ['a long control frame', buildFrame({ opcode: Opcode.PING, payload: 'x'.repeat(126) }), 1002],
      [
        'a reserved close code',
        buildFrame({ opcode: Opcode.CLOSE, payload: closePayload(1005) }),
        1002,
      ],
    ])('closes with the code for %s', async (_, bytes, code) => {
      const raw = await openAs('ada');
      await raw.write(bytes);
      expect(await raw.waitForCloseFrame()).toMatchObject({ code });
      await raw.waitForEnd();
      expect(await running.push.isOnline('ada')).toBe(false);
    });

    it('closes with 1008 for endless fragments', async () => {
      const raw = await openAs('ada');
      const fragment = buildFrame({ opcode: Opcode.CONTINUATION, fin: false, payload: 'x' });
      await raw.send({ fin: false, payload: 'x' });
      await raw.write(Buffer.concat(Array<Buffer>(20_000).fill(fragment))).catch(() => undefined);
      expect(await raw.waitForCloseFrame()).toMatchObject({ code: 1008 });
    });

    it('does not let frames after a close frame through', async () => {
      const raw = await openAs('ada');
      const send = '{"event":"send","data":{"to":"witness","data":"too late"}}';
      await raw.write(
        Buffer.concat([
          buildFrame({ opcode: Opcode.CLOSE, payload: closePayload(1000) }),
          buildFrame({ payload: send }),
        ]),
      );
      expect(await raw.waitForCloseFrame()).toMatchObject({ code: 1000 });
    });
  });

  describe('what RFC 6455 allows', () => {
    const frame = '{"event":"ping","id":"é€𝄞"}';

    it('is understood in fragments, with a ping between them', async () => {
      const raw = await openAs('ada');
      const bytes = Buffer.from(frame);
      await raw.send({ fin: false, payload: bytes.subarray(0, 20) });
      await raw.send({ opcode: Opcode.PING, payload: 'p' });
      await raw.send({ opcode: Opcode.CONTINUATION, payload: bytes.subarray(20) });
      expect(await raw.nextFrame()).toMatchObject({ opcode: Opcode.PONG, text: 'p' });
      expect(await raw.nextText()).toBe('{"event":"pong","id":"é€𝄞"}');
    });

    it('is understood byte by byte', async () => {
      const raw = await openAs('ada');
      await raw.writeInPieces(buildFrame({ payload: frame }), 1);
      expect(await raw.nextText()).toBe('{"event":"pong","id":"é€𝄞"}');
    });

    it('is understood with many frames in one segment, cut anywhere', async () => {
      const raw = await openAs('ada');
      const frames = Array.from({ length: 50 }, (_, id) =>
        buildFrame({ payload: JSON.stringify({ event: 'ping', id }) }),
      );
      await raw.writeInPieces(Buffer.concat(frames), 333);
      for (let id = 0; id < 50; id++) {
        expect(await raw.nextText()).toBe(`{"event":"pong","id":${id}}`);
      }
    });

    it('is understood with extended lengths and a zero mask', async () => {
      const raw = await openAs('ada');
      const padded = `{"event":"ping","id":7,"data":"${'x'.repeat(60_000)}"}`;
      await raw.send({ payload: padded, mask: Buffer.alloc(4) });
      expect(await raw.nextText()).toBe('{"event":"pong","id":7}');
      await raw.send({ payload: frame, lengthBits: 64 });
      expect(await raw.nextText()).toContain('pong');
    });

    it('may come in the same segment as the handshake', async () => {
      const raw = await connectRaw(running.url);
      const head = buildFrame({ payload: '{"event":"auth","data":{"uid":"ada"}}' });
      expect(await raw.handshake({ head })).toMatchObject({ status: 101 });
      expect(await raw.nextText()).toContain('"uid":"ada"');
    });
  });

  describe('a hostile upgrade', () => {
    it.each([
      ['a request target that is no URL', { requestLine: 'GET //[ HTTP/1.1' }],
      ['a Host header with a space', { headers: { Host: 'a b' } }],
      ['a target in absolute form', { requestLine: 'GET http://[/ HTTP/1.1' }],
    ])('with %s followed by a reset does not end the process', async (_, options) => {
      for (let i = 0; i < 5; i++) {
        const raw = await connectRaw(running.url);
        await raw.write(raw.requestOf(options));
        raw.reset();
      }
      const raw = await connectRaw(running.url);
      const { status } = await raw.handshake(options);
      expect([101, 400, 404]).toContain(status);
    });

    it('on another path gets 404', async () => {
      const raw = await connectRaw(running.url);
      expect(await raw.handshake({ requestLine: 'GET /elsewhere HTTP/1.1' })).toMatchObject({
        status: 404,
      });
      await raw.waitForEnd();
    });

    it.each([
      ['without a key', { 'Sec-WebSocket-Key': undefined }, 400],
      ['with a bad key', { 'Sec-WebSocket-Key': 'x' }, 400],
      ['of another version', { 'Sec-WebSocket-Version': '7' }, 400],
      ['to another protocol', { Upgrade: 'h2c' }, 400],
    ])('%s is answered with %s', async (_, headers, status) => {
      const raw = await connectRaw(running.url);
      expect(await raw.handshake({ headers })).toMatchObject({ status });
    });

    it('that resets right after it was accepted leaves nothing behind', async () => {
      for (let i = 0; i < 10; i++) {
        const raw = await openRaw(running.url);
        await raw.sendText('ghost');
        raw.reset();
      }
      const events = running.push.events$;
      if (await running.push.isOnline('ghost')) {
        await new Promise<void>((resolve) =>
          events.subscribe(({ type }) => type === 'offline' && resolve()),
        );
      }
      expect(await running.push.countConnections()).toBe(1);
    });
  });

  describe('a client that reads too slowly', () => {
    it('is closed with 4513 when more waits for it than the option allows', async () => {
      const small = await startApp({ push: { maxBufferedBytes: 65_536 } });
      try {
        const slow = await connectText(small.url);
        await slow.login('slow');
        slow.pause();
        const offline = new Promise<void>((resolve) =>
          small.push.events$.subscribe(({ type }) => type === 'offline' && resolve()),
        );
        const bulk = 'x'.repeat(1_000_000);
        while (await small.push.isOnline('slow')) await small.push.sendToUid('slow', bulk);
        await offline;
      } finally {
        await closeAll();
        await small.close();
        witness = await connectJson(running.url);
        await witness.login('witness');
      }
    });
  });

  describe('compression', () => {
    it('is not offered unless the option says so', async () => {
      const raw = await connectRaw(running.url);
      const { headers } = await raw.handshake({
        headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' },
      });
      expect(headers.get('sec-websocket-extensions')).toBeUndefined();
      await raw.send({ rsv: 4, payload: gzipSync('x') });
      expect(await raw.waitForCloseFrame()).toMatchObject({ code: 1002 });
    });

    it('works in both directions when the option says so', async () => {
      const compressing = await startApp({ push: { perMessageDeflate: { threshold: 0 } } });
      try {
        const [ada, bob] = [await connectJson(compressing.url), await connectJson(compressing.url)];
        await ada.login('ada');
        await bob.login('bob');
        const data = 'compress me '.repeat(500);
        ada.send({ event: 'send', data: { to: 'bob', data } });
        expect(await bob.next()).toMatchObject({ data: { from: 'ada', data } });
      } finally {
        await compressing.close();
      }
    });
  });
});
