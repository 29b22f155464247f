import { Logger } from '@nestjs/common';
import { afterEach, expect, it, vi } from 'vitest';
import { Refusals } from '../../../../src/gateway/identity/refusals.js';
import type { LocalNode } from '../../../../src/registry/local-node.js';
import { TextCodec } from '../../../../src/protocol/text.codec.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('all are told to events$, and some of those of a second to the log', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const debug = vi.spyOn(Logger.prototype, 'debug').mockImplementation(() => undefined);
  const tell = vi.fn();
  const refusals = new Refusals({ tell } as unknown as LocalNode);
  const client = { address: '::1', codec: new TextCodec() };
  for (let i = 0; i < 100; i++) refusals.tell(client, 'expired');
  expect(tell).toHaveBeenCalledTimes(100);
  expect(debug).toHaveBeenCalledTimes(20);
  expect(debug).toHaveBeenCalledWith('Refused a text client at ::1: expired');
  vi.advanceTimersByTime(1_000);
  refusals.tell(client, 'expired');
  expect(debug).toHaveBeenCalledTimes(21);
});
