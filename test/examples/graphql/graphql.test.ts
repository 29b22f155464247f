import { createClient } from 'graphql-ws';
import { createTestClient } from 'nestjs-uid-push/testing';
import request from 'supertest';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../../support/until.js';
import { useApplications } from '../../support/use-applications.js';
import { AppModule } from './app.module.js';

const start = useApplications();
const SHIP = 'mutation { ship(order: "7", uid: "ada") }';

it('serves subscriptions and pushes on one server', async () => {
  const app = await start(AppModule);
  const http = await app.getUrl();
  const ada = await createTestClient(app, { uid: 'ada' });
  const url = `${http.replace('http', 'ws')}/graphql`;
  const graphql = createClient({ url, webSocketImpl: WebSocket });
  const told: unknown[] = [];
  graphql.subscribe(
    { query: 'subscription { shipped }' },
    { next: ({ data }) => told.push(data), error() {}, complete() {} },
  );

  // Nothing says when a subscription has begun.
  await until('the subscription tells of it', async () => {
    const { body } = await request(http).post('/graphql').send({ query: SHIP }).expect(200);
    expect(body).toEqual({ data: { ship: true } });
    return told.length > 0;
  });
  expect(told[0]).toEqual({ shipped: '7' });
  expect(await ada.nextMessage()).toMatchObject({ data: { type: 'shipped', order: '7' } });
  await graphql.dispose();
});
