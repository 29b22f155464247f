import { expect, it } from 'vitest';
import { slotOf } from '../../../../../src/engine/redis/servers/slot.js';

it('slots are those of Redis: the check value of CRC-16/XMODEM, and hash tags', () => {
  expect(slotOf('123456789')).toBe(0x31c3);
  expect(slotOf('')).toBe(0);
  expect(slotOf('foo')).toBe(12_182);
  expect(slotOf('x{foo}y')).toBe(slotOf('foo'));
  expect(slotOf('{}foo')).not.toBe(slotOf('foo'));
  expect(slotOf('{foo')).not.toBe(slotOf('foo'));
  expect(slotOf('{foo}{bar}')).toBe(slotOf('foo'));
});
