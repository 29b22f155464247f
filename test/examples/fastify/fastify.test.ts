import { closeTestClients, createTestClient } from 'nestjs-uid-push/testing';
import request from 'supertest';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { main } from './main.js';

let app: Awaited<ReturnType<typeof main>>;

beforeEach(async () => {
  app = await main(0);
});

afterEach(async () => {
  await closeTestClients();
  await app.close();
});

it('pushes from a controller and by the push API', async () => {
  const ada = await createTestClient(app, { uid: 'ada' });
  const http = request(await app.getUrl());

  await http.post('/orders/7/shipped/ada').expect(201);
  expect(await ada.nextMessage()).toMatchObject({ data: { type: 'shipped', id: '7' } });

  await http
    .post('/push/messages')
    .auth('change-me', { type: 'bearer' })
    .send({ to: 'ada', data: 'from another system' })
    .expect(202);
  expect(await ada.nextMessage()).toMatchObject({ data: 'from another system' });
});
