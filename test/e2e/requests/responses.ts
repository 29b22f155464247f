import { describe, expect, it } from 'vitest';
import { asked } from '../../support/asked.js';
import type { ClusterUnderTest } from '../../support/use-cluster.js';

const NOT_FOUND = { event: 'error', data: { code: 'NOT_FOUND' } };

/** What becomes of a response, for the device that sends it. */
export function describeResponses(cluster: ClusterUnderTest): void {
  describe('a response', () => {
    it('is NOT_FOUND of a connection that was not asked, and changes nothing', async () => {
      const [one, other] = await cluster.nodes(2);
      const [ada] = await cluster.devices('ada', other);
      const eve = await other.json('eve');
      const outcome = one.push.request('ada', 1);
      const request = await asked(ada);
      const late = await other.json('ada');
      for (const client of [eve, late]) {
        expect(await client.exchange('response', { id: request.id, data: 'x' })).toMatchObject(
          NOT_FOUND,
        );
      }
      request.answer('mine');
      expect(await outcome).toMatchObject({ answers: [{ data: 'mine' }] });
    });

    it('is NOT_FOUND the second time, after the request is over, and for one that never was', async () => {
      const [one, other] = await cluster.nodes(2);
      const [first, second] = await cluster.devices('ada', one, other);
      const outcome = one.push.request('ada', 1, { policy: 'all' });
      const [request] = await Promise.all([asked(first), asked(second)]);
      request.answer(1);
      expect(await first.exchange('response', { id: request.id, data: 2 })).toMatchObject(
        NOT_FOUND,
      );
      second.write({ event: 'response', data: { id: request.id, data: 3 } });
      expect((await outcome).answers.map(({ data }) => data)).toEqual([1, 3]);
      const any = one.push.request('ada', 1);
      const [{ answer, id }] = await Promise.all([asked(first), asked(second)]);
      answer(1);
      await any;
      await second.nextEvent('cancelled');
      for (const gone of [id, 'never was']) {
        expect(await second.exchange('response', { id: gone, data: 2 })).toMatchObject(NOT_FOUND);
      }
    });

    it('is not answered when it is taken, whether it has an id or not', async () => {
      const [one, other] = await cluster.nodes(2);
      const [ada] = await cluster.devices('ada', other);
      for (const id of [undefined, 'mine']) {
        const outcome = one.push.request('ada', 1);
        const request = await asked(ada);
        ada.write({ event: 'response', data: { id: request.id, data: 1 }, id });
        await outcome;
        expect(await ada.settle()).toEqual([]);
      }
    });

    it('that is broken names its fields, and leaves the request open', async () => {
      const [one, other] = await cluster.nodes(2);
      const [ada] = await cluster.devices('ada', other);
      const outcome = one.push.request('ada', 1);
      const { id, answer } = await asked(ada);
      const broken: [unknown, string[]][] = [
        [undefined, ['data']],
        [{ data: 1 }, ['id']],
        [{ id: 7, data: 1 }, ['id']],
        [{ id }, ['data']],
        [{ id, data: 1, error: { code: 'X', message: 'y' } }, ['data']],
        [{ id, error: 'no' }, ['error']],
        [{ id, error: { code: '', message: 'y' } }, ['error']],
        [{ id, data: 1, more: 1 }, ['more']],
      ];
      for (const [data, fields] of broken) {
        const { event, data: error } = await ada.exchange('response', data);
        const { code, details } = error as { code: string; details: { field: string }[] };
        expect({ event, code }).toEqual({ event: 'error', code: 'VALIDATION_FAILED' });
        expect(details.map(({ field }) => field)).toEqual(fields);
      }
      const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
      ada.write(`{"event":"response","data":{"id":"${id}","data":${deep}},"id":"deep"}`);
      expect(await ada.next()).toMatchObject({
        event: 'error',
        id: 'deep',
        data: { code: 'VALIDATION_FAILED' },
      });
      answer('whole');
      expect(await outcome).toMatchObject({ answers: [{ data: 'whole' }] });
    });
  });
}
