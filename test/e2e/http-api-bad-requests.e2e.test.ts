import { describe, expect, it } from 'vitest';
import { ADAPTERS, usePushApi } from '../support/use-push-api.js';

describe.each(ADAPTERS)('a bad request to the HTTP push API on %s', (adapter) => {
  const { start, request } = usePushApi(adapter);

  it.each([
    ['nothing', {}, [/^to must be a uid/, /^data is required/]],
    ['a number to', { to: 7, data: 1 }, [/^to must be a uid, "all", a list/]],
    ['an empty uid', { to: '', data: 1 }, [/^to must be a string of 1 to 128/]],
    ['an empty list', { to: [], data: 1 }, [/^to must name at least one uid/]],
    ['"all" in a list', { to: ['ada', 'all'], data: 1 }, [/^to\.1 must be/]],
    ['no group name', { to: { group: '' }, data: 1 }, [/^to\.group must be/]],
    ['more than a group', { to: { group: 'g', x: 1 }, data: 1 }, [/no property but "group"/]],
    ['an unknown property', { to: 'a', data: 1, except: 'b' }, [/^except: .*not known/]],
    ['several faults', { to: 7, x: 1 }, [/^x: /, /^to must/, /^data is required/]],
    ['an array', [], [/^body must be a JSON object/]],
    ['a property "constructor"', { to: 'a', data: 1, constructor: 1 }, [/./]],
  ])('names what is broken: %s', async (_, body, faults) => {
    await start();
    const answer = await request('post', '/push/messages').send(body);
    expect(answer.body).toMatchObject({
      statusCode: 400,
      message: expect.any(Array),
      error: 'Bad Request',
    });
    const { message } = answer.body as { message: string[] };
    expect(message).toHaveLength(faults.length);
    for (const fault of faults) expect(message.join('\n')).toMatch(new RegExp(fault, 'm'));
  });

  it.each(['', 'null', '7', '"text"', '{', '[1,', '{"to":"ada","data":01}'])(
    'answers 400 to %j as a body',
    async (text) => {
      await start();
      const answer = await request('post', '/push/messages').type('json').send(text);
      expect(answer.status).toBe(400);
      const { message } = answer.body as { message: string[] };
      expect(message.length).toBeGreaterThan(0);
      for (const sentence of message) expect(sentence).toMatch(/^(body|to|data) /);
    },
  );

  it.each(['{"to":"a","data":{"__proto__":{"x":1}}}', '{"to":"a","data":1,"__proto__":{}}'])(
    'answers 400 to %s',
    async (text) => {
      await start();
      await request('post', '/push/messages').type('json').send(text).expect(400);
      expect(({} as { x?: unknown }).x).toBeUndefined();
    },
  );

  it.each([[{}], [{ 'Idempotency-Key': 'deep' }]])('answers 400 to deep nesting', async (more) => {
    await start();
    const text = `{"to":"all","data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const post = request('post', '/push/messages').type('json').set(more);
    const answer = await post.send(text);
    expect(answer.body).toMatchObject({ statusCode: 400, message: [expect.any(String)] });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'nonsense'])(
    'answers 415 to a body of type %s',
    async (type) => {
      await start();
      const post = request('post', '/push/messages').set('Content-Type', type);
      const { status, body } = await post.send('{"to":"all","data":1}');
      expect(status).toBe(415);
      expect(body).toMatchObject({ statusCode: 415, error: 'Unsupported Media Type' });
    },
  );

  it('answers 415 to no body at all', async () => {
    await start();
    await request('post', '/push/messages').expect(415);
  });

  it.each(['all', '@0000000000.1', 'a%00b', 'x'.repeat(100).concat('%E0%A4%A')])(
    'answers 400 to %s as a uid',
    async (uid) => {
      await start();
      for (const method of ['get', 'delete'] as const) {
        const answer = await request(method, `/push/uids/${uid}`);
        expect(answer.body).toMatchObject({ statusCode: 400 });
      }
    },
  );
});
