import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createTestClient } from 'nestjs-uid-push/testing';
import request from 'supertest';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useApplications } from '../../support/use-applications.js';
import { useRedis } from '../../support/use-redis.js';
import { WebModule } from './web.module.js';
import { WorkerModule } from './worker.module.js';

const redis = useRedis();
const start = useApplications();
let worker: INestApplicationContext;

beforeEach(async () => {
  vi.stubEnv('REDIS_URL', redis.url);
  worker = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
});

afterEach(async () => {
  await worker.close();
  vi.unstubAllEnvs();
});

it('tells the user who asked when the job is done, from a process without sockets', async () => {
  const app = await start(WebModule);
  const ada = await createTestClient(app, { uid: 'ada' });
  await request(await app.getUrl())
    .post('/reports/ada')
    .expect(201);
  expect(await ada.nextMessage()).toMatchObject({ data: { type: 'report', id: '1' } });
});
