import { describe, expect, it, vi } from 'vitest';
import { Window } from '../../../../../src/engine/redis/servers/window.js';

const PATIENCE = 1_000;

/** A window of 100 bytes, where 300 may wait, and what was published through it. */
function windowUnderTest() {
  const window = new Window(100, 300, PATIENCE);
  const published: string[] = [];
  const pass = (name: string, bytes: number): Promise<string> =>
    window.pass(bytes, () => {
      published.push(name);
      return Promise.resolve(name);
    });
  return { window, published, pass };
}

describe('a window', () => {
  it('lets messages pass at once until so many bytes are unread', () => {
    const { window, published, pass } = windowUnderTest();
    void pass('a', 60);
    void pass('b', 60);
    void pass('c', 1);
    expect(published).toEqual(['a', 'b']);
    expect(window.waiting).toBe(1);
  });

  it('lets on in order what has waited, as others read', async () => {
    const { window, published, pass } = windowUnderTest();
    const all = ['a', 'b', 'c', 'd'].map((name) => pass(name, 100));
    expect(published).toEqual(['a']);
    window.read(100);
    expect(published).toEqual(['a', 'b']);
    void pass('e', 1);
    window.read(100);
    window.read(100);
    expect(published).toEqual(['a', 'b', 'c', 'd']);
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
    window.read(100);
    expect(published).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(window.waiting).toBe(0);
  });

  it('takes a message that is larger than itself', () => {
    const { window, published, pass } = windowUnderTest();
    void pass('large', 1_000);
    void pass('next', 1);
    window.read(1_000);
    expect(published).toEqual(['large', 'next']);
  });

  it('refuses what would wait beyond the bound', async () => {
    const { pass } = windowUnderTest();
    void pass('a', 100);
    void pass('b', 300);
    await expect(pass('c', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('refuses what has waited for too long', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { window, published, pass } = windowUnderTest();
    void pass('a', 100);
    const late = pass('b', 100);
    now.mockReturnValue(500);
    const inTime = pass('c', 100);
    now.mockReturnValue(PATIENCE + 1);
    window.read(100);
    now.mockRestore();
    await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await inTime).toBe('c');
    expect(published).toEqual(['a', 'c']);
  });

  it('lets everything go when it is not for it to decide any more', () => {
    const { window, published, pass } = windowUnderTest();
    for (const name of ['a', 'b', 'c']) void pass(name, 100);
    window.release();
    expect(published).toEqual(['a', 'b', 'c']);
    expect(window.waiting).toBe(0);
  });
});
