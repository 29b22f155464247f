import { SchedulerRegistry } from '@nestjs/schedule';
import { createTestClient } from 'nestjs-uid-push/testing';
import { expect, it } from 'vitest';
import { useApplications } from '../../support/use-applications.js';
import { AppModule } from './app.module.js';

const start = useApplications();

it('reaches everyone who is online when the job runs', async () => {
  const app = await start(AppModule);
  const ada = await createTestClient(app, { uid: 'ada' });
  const bob = await createTestClient(app, { uid: 'bob' });
  // As if it were eight o'clock.
  await app.get(SchedulerRegistry).getCronJob('digest').fireOnTick();
  expect(await ada.nextMessage()).toMatchObject({ data: { type: 'digest', for: 'ada' } });
  expect(await bob.nextMessage()).toMatchObject({ data: { type: 'digest', for: 'bob' } });
});
