import { describe, expect, it } from 'vitest';
import { Opcode } from '../support/raw-frames.js';
import type { RawSocket } from '../support/raw-socket.js';
import { READ_PATHS } from '../support/read-paths.js';
import { useApp } from '../support/use-app.js';
import { useWitness } from '../support/witness.js';

describe.each(READ_PATHS)('%s:', (_path, options) => {
  const app = useApp(options);
  useWitness(app);

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
      const raw = await app.raw('ada');
      await raw.sendText(text);
      expect(await errorOf(raw)).toMatchObject({ data: { code: 'BAD_FRAME' } });
      await raw.sendText('{"event":"ping","id":1}');
      expect(await raw.nextText()).toBe('{"event":"pong","id":1}');
    });

    it('has its id repeated when that could be read', async () => {
      const raw = await app.raw('ada');
      await raw.sendText('{"event":5,"id":"mine"}');
      expect(await errorOf(raw)).toMatchObject({ id: 'mine', data: { code: 'BAD_FRAME' } });
    });

    it('is BAD_FRAME when it is binary, on both protocols', async () => {
      const raw = await app.raw('ada');
      await raw.send({ opcode: Opcode.BINARY, payload: '{"event":"ping"}' });
      expect(await errorOf(raw)).toMatchObject({ data: { code: 'BAD_FRAME' } });
      const text = await app.text('bob');
      text.write(Buffer.from('witness:hi'));
      expect(await text.next()).toMatch(/^error:BAD_FRAME:/);
    });

    it('is UNKNOWN_EVENT when nothing handles it, prototype names included', async () => {
      const raw = await app.raw('ada');
      for (const event of ['nope', 'constructor', 'toString', '__proto__', 'hasOwnProperty']) {
        await raw.sendText(JSON.stringify({ event, id: event }));
        expect(await errorOf(raw)).toMatchObject({ id: event, data: { code: 'UNKNOWN_EVENT' } });
      }
    });

    it('is refused by a text connection when it has no receiver', async () => {
      const text = await app.text('bob');
      for (const frame of ['no colon', ':nobody', '']) {
        text.write(frame);
        expect(await text.next()).toMatch(/^error:BAD_FRAME:/);
      }
      text.write(`${'x'.repeat(129)}:hi`);
      expect(await text.next()).toMatch(/^error:VALIDATION_FAILED:/);
    });

    it('never has its content echoed', async () => {
      const raw = await app.raw('ada');
      await raw.sendText('{"event":"s3cret-event","data":"s3cret-data"}');
      await raw.sendText('s3cret');
      await raw.sendText('{"event":"send","data":{"to":"s3cret\\n","data":"s3cret"}}');
      const answers = [await raw.nextText(), await raw.nextText(), await raw.nextText()];
      expect(answers.join()).not.toContain('s3cret');
    });

    it('may be nested as deep as it is long', async () => {
      const raw = await app.raw('ada');
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
      const raw = await app.raw('ada');
      const data = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`field${i}`, i]));
      await raw.sendText(JSON.stringify({ event: 'send', data }));
      expect((await raw.nextText()).length).toBeLessThan(8_192);
    });
  });
});
