import { createTestClient } from 'nestjs-uid-push/testing';
import request from 'supertest';
import { expect, it } from 'vitest';
import { useApplications } from '../../support/use-applications.js';
import { AppModule } from './app.module.js';

const start = useApplications();

it('tells the user of an event of the domain', async () => {
  const app = await start(AppModule);
  const ada = await createTestClient(app, { uid: 'ada' });
  await request(await app.getUrl())
    .post('/orders/7/shipped/ada')
    .expect(201);
  expect(await ada.nextMessage()).toMatchObject({ data: { type: 'shipped', order: '7' } });
});
