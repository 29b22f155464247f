import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PushApiModule } from '../../src/http/push-api.module.js';
import type { RawSocket } from '../support/raw-socket.js';
import { ADAPTERS, KEY, usePushApi } from '../support/use-push-api.js';

const MEBIBYTE = 1_048_576;
const CRLF = Buffer.from('\r\n');

function fastBrotli(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}

interface Sent {
  data: string;
}

describe.each(ADAPTERS)('a body of the HTTP push API on %s', (adapter) => {
  const { app, start } = usePushApi(adapter);

  interface Answer {
    status: number;
    body: unknown;
  }

  async function post(body: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    const all = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers };
    const init = { method: 'POST', headers: all, body: Buffer.from(body) };
    const answer = await fetch(`${app.http}/push/messages`, init);
    return { status: answer.status, body: await answer.json() };
  }

  function bodyOf(bytes: number): Buffer {
    const empty = JSON.stringify({ to: 'ada', data: '' });
    return Buffer.from(JSON.stringify({ to: 'ada', data: 'x'.repeat(bytes - empty.length) }));
  }

  describe('as text', () => {
    it.each([
      ['an overlong form', [0xc0, 0xaf]],
      ['a byte of Latin-1', [0xe9]],
      ['half a character', [0xe2, 0x82]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
    ])('is refused with %s, in a uid as in data', async (_, bytes) => {
      await start();
      const ada = await app.json('ada');
      for (const [before, after] of [
        ['{"to":"', '","data":1}'],
        ['{"to":"ada","data":"', '"}'],
      ]) {
        const text = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
        expect(await post(text)).toEqual({
          status: 400,
          body: { statusCode: 400, message: ['body must be valid UTF-8'], error: 'Bad Request' },
        });
      }
      expect(await ada.settledData()).toEqual([]);
    });

    it.each(['ISO-8859-1', '"iso-8859-1"', 'utf-16le', 'UTF-16', 'klingon'])(
      'is refused in the charset %s, unread',
      async (charset) => {
        await start();
        const type = { 'content-type': `application/json; charset=${charset}` };
        expect(await post(Buffer.from('{"to":"ada","data":"é"}', 'latin1'), type)).toEqual({
          status: 415,
          body: {
            statusCode: 415,
            message: 'Send the body as application/json in UTF-8.',
            error: 'Unsupported Media Type',
          },
        });
      },
    );

    it.each(['utf-8', 'UTF-8', '"utf-8"'])('is read in the charset %s', async (charset) => {
      await start();
      const ada = await app.json('ada');
      const type = { 'content-type': `application/json; charset=${charset}` };
      const { status } = await post(Buffer.from('{"to":"ada","data":"é€🙂"}'), type);
      expect(status).toBe(202);
      expect(await ada.settledData()).toEqual(['é€🙂']);
    });
  });

  it('has the numbers of JavaScript: an integer beyond 2^53 - 1 goes as a string', async () => {
    await start();
    const ada = await app.raw('ada');
    await post(
      Buffer.from('{"to":"ada","data":[9007199254740991,9007199254740993,"9007199254740993"]}'),
    );
    expect(await ada.nextText()).toContain(
      '"data":[9007199254740991,9007199254740992,"9007199254740993"]',
    );
  });

  describe('compressed', () => {
    const CODINGS = [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', fastBrotli],
    ] as const;

    it.each(CODINGS)('with %s is delivered', async (coding, compress) => {
      await start();
      const ada = await app.json('ada');
      const encoding = { 'content-encoding': coding };
      expect((await post(compress(bodyOf(500_000)), encoding)).status).toBe(202);
      expect(await ada.settledData()).toEqual([
        (JSON.parse(bodyOf(500_000).toString()) as Sent).data,
      ]);
    });

    it.each(CODINGS)('with %s counts as what it is decompressed', async (coding, compress) => {
      await start();
      const encoding = { 'content-encoding': coding };
      expect((await post(compress(bodyOf(MEBIBYTE)), encoding)).status).toBe(202);
      expect((await post(compress(bodyOf(MEBIBYTE + 1)), encoding)).status).toBe(413);
      expect((await post(compress(bodyOf(8 * MEBIBYTE)), encoding)).status).toBe(413);
    });

    it.each([
      ['is not', Buffer.from('{"to":"ada","data":1}')],
      ['ends too early', gzipSync(bodyOf(1_000)).subarray(0, 40)],
      ['is none at all', Buffer.alloc(0)],
    ])('is refused where it says so and %s', async (_, body) => {
      await start();
      expect(await post(body, { 'content-encoding': 'gzip' })).toMatchObject({ status: 400 });
    });

    it('is checked for UTF-8 too', async () => {
      await start();
      const text = Buffer.from('{"to":"ada","data":"é"}', 'latin1');
      expect(await post(gzipSync(text), { 'content-encoding': 'gzip' })).toMatchObject({
        status: 400,
        body: { message: ['body must be valid UTF-8'] },
      });
    });

    it.each(['zstd', 'gzip, gzip', 'foo'])('with %s is refused, unread', async (coding) => {
      await start();
      expect(await post(bodyOf(100), { 'content-encoding': coding })).toEqual({
        status: 415,
        body: {
          statusCode: 415,
          message: 'Send the body as it is, or compressed with gzip, deflate or br.',
          error: 'Unsupported Media Type',
        },
      });
    });
  });

  describe('that is refused', () => {
    const GOOD = `Authorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n`;
    const REFUSED = [
      ['without a key', 'Content-Type: application/json\r\n', 401],
      ['for its type', `Authorization: Bearer ${KEY}\r\nContent-Type: text/plain\r\n`, 415],
      ['for its size', GOOD, 413],
      ['as not compressed', `${GOOD}Content-Encoding: gzip\r\n`, 400],
    ] as const;

    function head(headers: string): string {
      return `POST /push/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`;
    }

    /** Sends as a chunked body until the server has had enough; answers how many bytes went out. */
    async function pour(raw: RawSocket): Promise<number> {
      let ended = false;
      raw.socket.once('close', () => (ended = true));
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), CRLF]);
      let bytes = 0;
      while (!ended) {
        await raw.write(chunk).catch(() => (ended = true));
        bytes += chunk.length;
      }
      return bytes;
    }

    it.each(REFUSED)(
      '%s is answered before its end, of which nobody knows',
      async (_, headers, status) => {
        await start();
        const raw = await app.connectRaw();
        await raw.write(head(`${headers}Transfer-Encoding: chunked\r\n`));
        const poured = pour(raw);
        expect((await raw.response()).status).toBe(status);
        await raw.waitForEnd();
        // What is read, and what waits in buffers of the kernel on both sides.
        expect(await poured).toBeLessThan(64 * MEBIBYTE);
      },
    );

    it.each(REFUSED.filter(([, , status]) => status !== 400))(
      '%s is answered at once, and the connection ends, where it is announced as large',
      async (_, headers, status) => {
        await start();
        const raw = await app.connectRaw();
        await raw.write(head(`${headers}Content-Length: 2000000000\r\n`));
        const { status: answered, headers: told } = await raw.response();
        expect([answered, told.get('connection')]).toEqual([status, 'close']);
        await raw.waitForEnd();
      },
    );

    it.each(REFUSED)(
      '%s leaves a connection of use where it is small',
      async (_, headers, status) => {
        await start({ imports: [PushApiModule.forRoot({ apiKeys: [KEY], bodyLimit: 1_000 })] });
        const raw = await app.connectRaw();
        const bytes = status === 413 ? 2_000 : 900;
        const refused = head(`${headers}Content-Length: ${bytes}\r\n`) + 'x'.repeat(bytes);
        const good = `${head(`${GOOD}Content-Length: 21\r\n`)}{"to":"ada","data":1}`;
        await raw.write(refused + good);
        expect((await raw.response()).status).toBe(status);
        expect((await raw.response()).status).toBe(202);
      },
    );

    it('is not told to the log when its sender goes away', async () => {
      const errors: unknown[] = [];
      const error = (...line: unknown[]) => void errors.push(line);
      await start({ logger: { log() {}, warn() {}, error } });
      for (const more of ['', 'Content-Encoding: gzip\r\n']) {
        const raw = await app.connectRaw();
        await raw.write(`${head(`${GOOD}${more}Content-Length: 2000\r\n`)}{"to":`);
        raw.reset();
      }
      expect((await post(bodyOf(100))).status).toBe(202);
      expect(errors).toEqual([]);
    });
  });
});
