import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.doUnmock('ws');
  vi.resetModules();
});

async function look(): Promise<boolean> {
  vi.resetModules();
  const { areAsExpected } = await import('../../../../src/gateway/wire/ws-internals.js');
  return areAsExpected();
}

describe('the look at what is behind the public API of ws', () => {
  it('finds the installed version as expected', async () => {
    expect(await look()).toBe(true);
  });

  it.each([
    ['has no setSocket', class {}],
    [
      'keeps another state',
      class {
        _socket: unknown;
        _closeFrameReceived = false;
        _receiver = { _state: 'GET_INFO', _bufferedBytes: 0, _fragmented: 0, _loop: false };
        _sender = { _state: 0, _firstFragment: true };
        setSocket(socket: unknown): void {
          this._socket = socket;
        }
      },
    ],
  ])('says no to a version that %s', async (_, WebSocket) => {
    vi.doMock('ws', () => ({ WebSocket }));
    expect(await look()).toBe(false);
  });
});
