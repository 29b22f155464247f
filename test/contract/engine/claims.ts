import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineNode } from '../../support/engine-node.js';
import { until } from '../../support/until.js';
import type { ThreeNodes } from './cluster.js';

export function describeClaims(cluster: ThreeNodes): void {
  describe('a key', () => {
    const HOUR = 3_600_000;
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;
    beforeEach(() => ({ a, b, c } = cluster));

    it('holds the text of the first who claims it, whichever node asks', async () => {
      expect(await a.engine.claim('k', 'of a', HOUR)).toBeUndefined();
      for (const { engine } of [a, b, c]) expect(await engine.claim('k', 'x', HOUR)).toBe('of a');
      expect(await b.engine.claim('another', 'of b', HOUR)).toBeUndefined();
    });

    it('is that of exactly one of those who claim it at once', async () => {
      const nodes = [a, b, c, a, b, c];
      const claims = nodes.map(async ({ engine }, i) => engine.claim('k', `claim ${i}`, HOUR));
      const held = await Promise.all(claims);
      const winner = held.indexOf(undefined);
      const others = held.filter((_, i) => i !== winner);
      expect(others).toEqual(others.map(() => `claim ${winner}`));
    });

    it('is free again when its time is over', async () => {
      await a.engine.claim('k', 'short', 50);
      await until(
        'it is free',
        async () => (await b.engine.claim('k', 'next', HOUR)) === undefined,
      );
      expect(await a.engine.claim('k', 'x', HOUR)).toBe('next');
    });

    it('holds what is kept there by whom it belongs to, for another time', async () => {
      await a.engine.claim('k', 'mine', 100);
      await b.engine.keep('k', 'mine', 'é "outcome" 😀', HOUR);
      expect(await c.engine.claim('k', 'x', HOUR)).toBe('é "outcome" 😀');
      await a.engine.claim('fence', 'x', 150);
      await until('that time is over', async () => {
        return (await a.engine.claim('fence', 'y', HOUR)) === undefined;
      });
      expect(await c.engine.claim('k', 'x', HOUR)).toBe('é "outcome" 😀');
      await a.engine.keep('k', 'é "outcome" 😀', 'short', 50);
      await until(
        'it is free',
        async () => (await b.engine.claim('k', 'next', HOUR)) === undefined,
      );
    });

    it('is freed by whom it belongs to', async () => {
      await a.engine.claim('k', 'mine', HOUR);
      await b.engine.release('k', 'mine');
      expect(await c.engine.claim('k', 'next', HOUR)).toBeUndefined();
    });

    it('stays as it is when it belongs to somebody else', async () => {
      await a.engine.claim('k', 'of a', HOUR);
      await b.engine.keep('k', 'of b', 'wrong', HOUR);
      await b.engine.release('k', 'of b');
      expect(await c.engine.claim('k', 'x', HOUR)).toBe('of a');
      await b.engine.keep('never claimed', 'of b', 'wrong', HOUR);
      expect(await c.engine.claim('never claimed', 'x', HOUR)).toBeUndefined();
    });
  });
}
