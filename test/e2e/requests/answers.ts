import { describe, expect, it } from 'vitest';
import { asked } from '../../support/asked.js';
import type { ClusterUnderTest } from '../../support/use-cluster.js';

/** What becomes of a request, for whoever asks. */
export function describeRequests(cluster: ClusterUnderTest): void {
  describe('a request', () => {
    it('resolves with the answer of a device, on whichever node it is', async () => {
      const [one, other] = await cluster.nodes(2);
      const phone = await one.json({ uid: 'ada', device: 'phone' });
      await cluster.present('ada', 1);
      for (const app of [one, other]) {
        const outcome = app.push.request<{ yes: boolean }>('ada', { question: 1 });
        const request = await asked(phone);
        expect(request.data).toEqual({ question: 1 });
        request.answer({ yes: true });
        expect(await outcome).toEqual({
          answers: [{ connectionId: phone.connectionId, device: 'phone', data: { yes: true } }],
        });
      }
    });

    it.each([['a string'], [null], [0], [[1, { a: 'é 😀' }]]])(
      'carries %j there and back',
      async (data) => {
        const [one, other] = await cluster.nodes(2);
        const [ada] = await cluster.devices('ada', other);
        const outcome = one.push.request('ada', data);
        const request = await asked(ada);
        expect(request.data).toEqual(data);
        request.answer(data);
        expect(await outcome).toEqual({ answers: [{ connectionId: ada.connectionId, data }] });
      },
    );

    it('is over with the first answer, and the others are told so', async () => {
      const [one, other] = await cluster.nodes(2);
      const devices = await cluster.devices('ada', one, other, other);
      const outcome = one.push.request('ada', 1);
      const requests = await Promise.all(devices.map(asked));
      requests[1].answer('first');
      expect(await outcome).toMatchObject({ answers: [{ data: 'first' }] });
      for (const device of [devices[0], devices[2]]) {
        expect(await device.next()).toEqual({
          event: 'cancelled',
          data: { id: requests[0].id },
        });
      }
      expect(await devices[1].settle()).toEqual([]);
    });

    it('with the policy "all" waits for every device, those that refuse included', async () => {
      const [one, other] = await cluster.nodes(2);
      const devices = await cluster.devices('ada', one, other, other);
      const outcome = other.push.request('ada', 1, { policy: 'all' });
      const requests = await Promise.all(devices.map(asked));
      requests[2].answer('c');
      requests[1].refuse('BUSY');
      await devices[1].settle();
      requests[0].answer('a');
      const { answers } = await outcome;
      expect(answers.map(({ data }) => data).sort()).toEqual(['a', 'c']);
      for (const device of devices) expect(await device.settle()).toEqual([]);
    });

    it('is OFFLINE when nobody is here who could answer', async () => {
      const [one, other] = await cluster.nodes(2);
      await expect(one.push.request('ada', 1)).rejects.toMatchObject({ code: 'OFFLINE' });
      const text = await other.text('ada');
      await cluster.present('ada', 1);
      await expect(one.push.request('ada', 1)).rejects.toMatchObject({ code: 'OFFLINE' });
      await other.push.sendToUid('ada', 'that is all');
      expect(await text.next()).toBe('that is all');
    });

    it('asks no text client, and needs no answer of one', async () => {
      const [one, other] = await cluster.nodes(2);
      const [text, ada] = [await one.text('ada'), await other.json('ada')];
      await cluster.present('ada', 2);
      const outcome = one.push.request('ada', 1, { policy: 'all' });
      (await asked(ada)).answer('json');
      expect(await outcome).toMatchObject({ answers: [{ data: 'json' }] });
      await one.push.sendToUid('ada', 'that is all');
      expect(await text.next()).toBe('that is all');
    });

    it('is REJECTED when every device refused', async () => {
      const [one, other] = await cluster.nodes(2);
      const devices = await cluster.devices('ada', one, other);
      const outcome = expect(one.push.request('ada', 1)).rejects.toMatchObject({
        name: 'PushException',
        code: 'REJECTED',
        refusals: devices.map(({ connectionId }, i) => {
          return { connectionId, code: 'not-now', message: `Later: ${i}.` };
        }),
      });
      const requests = await Promise.all(devices.map(asked));
      for (const [i, request] of requests.entries()) {
        request.refuse('not-now', `Later: ${i}.`);
        // What the device sends now is answered when the refusal is on its way.
        await devices[i].settle();
      }
      await outcome;
    });

    it('is a TIMEOUT when an answer that it needs does not come, and cancelled', async () => {
      const [one, other] = await cluster.nodes(2);
      const [first, second] = await cluster.devices('ada', one, other);
      const options = { timeout: 300, policy: 'all' } as const;
      const outcome = expect(one.push.request('ada', 1, options)).rejects.toMatchObject({
        code: 'TIMEOUT',
      });
      const [request] = await Promise.all([asked(first), asked(second)]);
      request.answer(1);
      await outcome;
      expect(await second.next()).toEqual({ event: 'cancelled', data: { id: request.id } });
      expect(await first.settle()).toEqual([]);
    });

    it('does not wait for devices that have gone', async () => {
      const [one, other] = await cluster.nodes(2);
      const [first, second] = await cluster.devices('ada', one, other);
      const all = one.push.request('ada', 1, { policy: 'all' });
      const [request] = await Promise.all([asked(first), asked(second)]);
      request.answer('still here');
      await second.close();
      expect(await all).toMatchObject({ answers: [{ data: 'still here' }] });
      await cluster.present('ada', 1);
      const outcome = expect(other.push.request('ada', 2)).rejects.toMatchObject({
        code: 'OFFLINE',
      });
      await asked(first);
      await first.close();
      await outcome;
    });

    it('comes after what was sent to the uid before it', async () => {
      const [one, other] = await cluster.nodes(2);
      const [ada] = await cluster.devices('ada', other);
      const sent = one.push.sendToUid('ada', 'before');
      const outcome = one.push.request('ada', 1);
      const frames = [await ada.next(), await ada.next()];
      expect(frames.map(({ event }) => event)).toEqual(['message', 'request']);
      const { id } = frames[1].data as { id: string };
      ada.write({ event: 'response', data: { id, data: 1 } });
      await Promise.all([sent, outcome]);
    });
  });
}
