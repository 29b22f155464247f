import { describe, expect, it } from 'vitest';
import { buildFrame, closePayload, Opcode } from '../support/raw-frames.js';
import { READ_PATHS } from '../support/read-paths.js';
import { useApp } from '../support/use-app.js';
import { useWitness } from '../support/witness.js';

describe.each(READ_PATHS)('%s:', (_path, options) => {
  const app = useApp(options);
  useWitness(app);

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
      const raw = await app.raw('ada');
      await raw.write(bytes);
      expect(await raw.waitForCloseFrame()).toMatchObject({ code });
      await raw.waitForEnd();
      expect(await app.push.isOnline('ada')).toBe(false);
    });

    it('closes with 1008 for endless fragments', async () => {
      const raw = await app.raw('ada');
      const fragment = buildFrame({ opcode: Opcode.CONTINUATION, fin: false, payload: 'x' });
      await raw.send({ fin: false, payload: 'x' });
      await raw.write(Buffer.concat(Array<Buffer>(20_000).fill(fragment))).catch(() => undefined);
      expect(await raw.waitForCloseFrame()).toMatchObject({ code: 1008 });
    });

    it('does not let frames after a close frame through', async () => {
      const raw = await app.raw('ada');
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
      const raw = await app.raw('ada');
      const bytes = Buffer.from(frame);
      await raw.send({ fin: false, payload: bytes.subarray(0, 20) });
      await raw.send({ opcode: Opcode.PING, payload: 'p' });
      await raw.send({ opcode: Opcode.CONTINUATION, payload: bytes.subarray(20) });
      expect(await raw.nextFrame()).toMatchObject({ opcode: Opcode.PONG, text: 'p' });
      expect(await raw.nextText()).toBe('{"event":"pong","id":"é€𝄞"}');
    });

    it('is understood byte by byte', async () => {
      const raw = await app.raw('ada');
      await raw.writeInPieces(buildFrame({ payload: frame }), 1);
      expect(await raw.nextText()).toBe('{"event":"pong","id":"é€𝄞"}');
    });

    it('is understood with many frames in one segment, cut anywhere', async () => {
      const raw = await app.raw('ada');
      const frames = Array.from({ length: 50 }, (_, id) =>
        buildFrame({ payload: JSON.stringify({ event: 'ping', id }) }),
      );
      await raw.writeInPieces(Buffer.concat(frames), 333);
      for (let id = 0; id < 50; id++) {
        expect(await raw.nextText()).toBe(`{"event":"pong","id":${id}}`);
      }
    });

    it('is understood with extended lengths and a zero mask', async () => {
      const raw = await app.raw('ada');
      const padded = `{"event":"ping","id":7,"data":"${'x'.repeat(60_000)}"}`;
      await raw.send({ payload: padded, mask: Buffer.alloc(4) });
      expect(await raw.nextText()).toBe('{"event":"pong","id":7}');
      await raw.send({ payload: frame, lengthBits: 64 });
      expect(await raw.nextText()).toContain('pong');
    });

    it('may come in the same segment as the handshake', async () => {
      const raw = await app.connectRaw();
      const head = buildFrame({ payload: '{"event":"auth","data":{"uid":"ada"}}' });
      expect(await raw.handshake({ head })).toMatchObject({ status: 101 });
      expect(await raw.nextText()).toContain('"uid":"ada"');
    });
  });
});
