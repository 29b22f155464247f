import { describe, expect, it } from 'vitest';
import type supertest from 'supertest';
import type { Engine } from '../../src/engine/engine.js';
import { MemoryEngine } from '../../src/engine/memory/memory.engine.js';
import { ErrorCode } from '../../src/protocol/codes.js';
import { PushException } from '../../src/protocol/push.exception.js';
import { ADAPTERS, OTHER_KEY, usePushApi } from '../support/use-push-api.js';

/** Holds the first message back until it is told to go on, and fails the second one. */
class SlowEngine extends MemoryEngine implements Engine {
  published = 0;
  goOn = () => {};
  readonly firstPublish: Promise<void>;
  private began = () => {};
  private readonly released = new Promise<void>((resolve) => (this.goOn = resolve));

  constructor() {
    super();
    this.firstPublish = new Promise((resolve) => (this.began = resolve));
  }

  // `never`: the seam lets `publish` answer later, the memory engine answers at once.
  override publish = (async () => {
    this.published++;
    this.began();
    await this.released;
    if (this.published === 2) throw new PushException(ErrorCode.UNAVAILABLE, 'Not now.');
    return this.published;
  }) as never;
}

describe.each(ADAPTERS)('Idempotency-Key on %s', (adapter) => {
  const { app, start, request } = usePushApi(adapter);

  function post(idempotencyKey: string, data: unknown = 1, key?: string): supertest.Test {
    return request('post', '/push/messages', key)
      .set('Idempotency-Key', idempotencyKey)
      .send({ to: 'ada', data });
  }

  it('sends once and repeats the first answer', async () => {
    await start();
    const ada = await app.json('ada');
    const first = await post('"8e03978e"').expect(202);
    const second = await post('"8e03978e"').expect(202);
    expect(second.body).toEqual({ ...(first.body as object), repeated: true });
    expect(await ada.settle()).toHaveLength(1);
  });

  it('sends again for another key, and for the same key of another caller', async () => {
    await start();
    const answers = [await post('one'), await post('two'), await post('one', 1, OTHER_KEY)];
    const ids = answers.map(({ body }) => (body as { id: string }).id);
    expect(new Set(ids).size).toBe(3);
  });

  it('answers 422 when the body is another one', async () => {
    await start();
    await post('one', { a: 1 }).expect(202);
    const { body } = await post('one', { a: 2 }).expect(422);
    expect(body).toMatchObject({
      statusCode: 422,
      code: 'CONFLICT',
      error: 'Unprocessable Entity',
    });
    await post('one', { a: 1 }).expect(202);
  });

  it('waits for the first one while that is under way, and forgets what failed', async () => {
    const engine = new SlowEngine();
    await start({ push: { engine } });
    const first = post('one').then((answer) => answer);
    await engine.firstPublish;
    const others = [post('one'), post('one')].map((request) => request.then((answer) => answer));
    engine.goOn();
    const bodies = (await Promise.all([first, ...others])).map(({ body }) => body as unknown);
    const repeat = { ...(bodies[0] as object), repeated: true };
    expect(bodies.slice(1)).toEqual([repeat, repeat]);
    expect(engine.published).toBe(1);
    await post('two').expect(503);
    await post('two').expect(202);
    expect(engine.published).toBe(3);
  });

  it('remembers nothing of a refused body', async () => {
    await start();
    await post('one').send({ more: 1 }).expect(400);
    await post('one', 1).expect(202);
  });

  it('answers 400 to an empty key and to one of more than 255 characters', async () => {
    await start();
    await post('x'.repeat(255)).expect(202);
    for (const key of ['', 'x'.repeat(256)]) {
      expect((await post(key)).body).toEqual({
        statusCode: 400,
        message: ['Idempotency-Key must be a string of 1 to 255 characters'],
        error: 'Bad Request',
      });
    }
  });
});
