import { describe, expect, it } from 'vitest';
import supertest from 'supertest';
import { PushApiModule } from '../../src/http/push-api.module.js';
import { ADAPTERS, KEY, OTHER_KEY, usePushApi } from '../support/use-push-api.js';

describe.each(ADAPTERS)('keys of the HTTP push API on %s', (adapter) => {
  const { app, start, request } = usePushApi(adapter);

  const REFUSED = {
    statusCode: 401,
    message: 'Send a valid key: "Authorization: Bearer <key>".',
    error: 'Unauthorized',
  };

  it.each(['/push/messages', '/push/uids/ada', '/push/stats'])('guard %s', async (path) => {
    await start();
    const method = path === '/push/messages' ? 'post' : 'get';
    for (const header of ['', 'Bearer', `Basic ${KEY}`, KEY, `Bearer ${KEY}x`, 'Bearer x y']) {
      const answer = await supertest(app.http)[method](path).set('Authorization', header);
      expect(answer.body).toEqual(REFUSED);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    expect((await supertest(app.http).delete('/push/uids/ada')).status).toBe(401);
  });

  it('may be several, and the scheme in any case', async () => {
    await start();
    await request('get', '/push/stats', OTHER_KEY).expect(200);
    const http = supertest(app.http);
    await http.get('/push/stats').set('authorization', `bearer ${KEY}`).expect(200);
    await http.get('/push/stats').set('authorization', `BEARER  ${KEY}`).expect(200);
  });

  it('come before the body: nothing of a stranger is read', async () => {
    await start();
    const strangers = request('post', '/push/messages', 'wrong').type('json');
    const answer = await strangers.send(`{"broken${'x'.repeat(2_000_000)}`);
    expect(answer.body).toEqual(REFUSED);
  });

  it('close the API when there are none', async () => {
    await start({ imports: [PushApiModule.forRoot({ apiKeys: [] })] });
    await request('get', '/push/stats').expect(401);
    await request('get', '/push/stats', '').expect(401);
    await request('post', '/push/messages').send({ to: 'all', data: 1 }).expect(401);
  });
});
