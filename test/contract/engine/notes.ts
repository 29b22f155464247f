import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineNode } from '../../support/engine-node.js';
import type { ThreeNodes } from './cluster.js';

export function describeNotes(cluster: ThreeNodes): void {
  describe('notes from node to node', () => {
    let a: EngineNode;
    let b: EngineNode;
    let c: EngineNode;
    beforeEach(() => ({ a, b, c } = cluster));

    const dataOf = (node: EngineNode): unknown[] => node.notes.all.map(({ data }) => data);

    it('reach that node, in order, and nobody else', async () => {
      const total = 100;
      const told = Array.from({ length: total }, async (_, data) =>
        a.engine.tell(b.local.node, { kind: 'test', data }),
      );
      expect(new Set(await Promise.all(told))).toEqual(new Set([true]));
      await b.notes.take('the last note', ({ data }) => data === total - 1);
      expect(dataOf(b)).toEqual(Array.from({ length: total }, (_, data) => data));
      await a.engine.tell(c.local.node, { kind: 'test', data: 'for c' });
      await c.notes.take('its note', ({ data }) => data === 'for c');
      expect(dataOf(c)).toEqual(['for c']);
      expect(dataOf(a)).toEqual([]);
    });

    it('carry any JSON values', async () => {
      const note = {
        kind: 'test',
        data: ['é "quoted" \u2028 😀', null, { a: [1] }],
        o: 'x',
        re: 1,
      };
      await a.engine.tell(b.local.node, note);
      expect(await b.notes.take('the note')).toEqual(note);
    });

    it('reach the node that tells itself something', async () => {
      expect(await a.engine.tell(a.local.node, { kind: 'test', data: 1 })).toBe(true);
      expect(await a.notes.take('its own note')).toEqual({ kind: 'test', data: 1 });
    });

    it('say when the node is not there, or has gone', async () => {
      expect(await a.engine.tell('z'.repeat(10), { kind: 'test' })).toBe(false);
      await c.stop();
      expect(await a.engine.tell(c.local.node, { kind: 'test' })).toBe(false);
    });

    it('of a kind for which nobody listens, or that a listener cannot read, harm nobody', async () => {
      b.local.listen('broken', () => {
        throw new Error('unreadable');
      });
      await a.engine.tell(b.local.node, { kind: 'unknown' });
      await a.engine.tell(b.local.node, { kind: 'broken' });
      await a.engine.tell(b.local.node, { kind: 'test', data: 'after' });
      expect(await b.notes.take('the note after')).toEqual({ kind: 'test', data: 'after' });
    });
  });
}
