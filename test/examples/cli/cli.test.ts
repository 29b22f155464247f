import { Module } from '@nestjs/common';
import { PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';
import { RedisEngine } from 'nestjs-uid-push/redis';
import { createTestClient } from 'nestjs-uid-push/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useApplications } from '../../support/use-applications.js';
import { useRedis } from '../../support/use-redis.js';
import { notify } from './notify.js';

/** The application that holds the sockets. */
@Module({
  imports: [
    PushModule.forRootAsync({
      useFactory: () => ({
        authenticator: new TrustUidAuthenticator(),
        engine: new RedisEngine({ url: process.env.REDIS_URL }),
      }),
    }),
  ],
})
class WebModule {}

const redis = useRedis();
const start = useApplications();
beforeEach(() => vi.stubEnv('REDIS_URL', redis.url));
afterEach(() => vi.unstubAllEnvs());

it('tells a user who is online, and says who is not', async () => {
  const ada = await createTestClient(await start(WebModule), { uid: 'ada' });
  const printed: string[] = [];
  await notify(['ada', 'Back in a minute'], (line) => printed.push(line));
  await notify(['bob', 'Back in a minute'], (line) => printed.push(line));
  expect(await ada.nextMessage()).toMatchObject({ data: { text: 'Back in a minute' } });
  expect(printed).toEqual(['ada is told.', 'bob is not online.']);
});
