import { createTestClient } from 'nestjs-uid-push/testing';
import request from 'supertest';
import { expect, it } from 'vitest';
import { useApplications } from '../../support/use-applications.js';
import { AppModule } from './app.module.js';

const start = useApplications();

it('takes one token of a login over HTTP and over the socket', async () => {
  const app = await start(AppModule);
  const http = request(await app.getUrl());
  const { body } = await http.post('/login').send({ name: 'ada' }).expect(201);
  const { token } = body as { token: string };

  const ada = await createTestClient(app, { token });
  await http.post('/cart').auth(token, { type: 'bearer' }).send({ article: 'tea' }).expect(201);
  expect(await ada.nextMessage()).toMatchObject({ data: { type: 'cart', article: 'tea' } });
});

it('lets nobody in without one, on either way', async () => {
  const app = await start(AppModule);
  await request(await app.getUrl())
    .post('/cart')
    .send({ article: 'tea' })
    .expect(401);
  await expect(createTestClient(app, { token: 'made up' })).rejects.toMatchObject({
    code: 'AUTH_FAILED',
  });
});
