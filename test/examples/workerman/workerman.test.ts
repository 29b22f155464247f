import { createTestClient } from 'nestjs-uid-push/testing';
import { expect, it } from 'vitest';
import { useApplications } from '../../support/use-applications.js';
import { RoomsModule } from './rooms.module.js';

const start = useApplications();

it('does what the events of the GatewayWorker application did', async () => {
  const app = await start(RoomsModule);
  const ada = await createTestClient(app, { uid: 'ada' });
  const bob = await createTestClient(app, { uid: 'bob' });

  await ada.send('bob', { type: 'said', text: 'hello' });
  expect(await bob.nextMessage()).toMatchObject({ from: 'ada', data: { text: 'hello' } });

  await ada.emit('join', { room: 'tea' });
  await bob.emit('join', { room: 'tea' });
  bob.write({ event: 'tell', data: { room: 'tea', text: 'it is ready' } });
  expect(await ada.nextMessage()).toMatchObject({
    data: { type: 'told', from: 'bob', text: 'it is ready' },
  });
  await bob.expectNothing();

  await bob.close();
  expect(await ada.nextMessage()).toMatchObject({ data: { type: 'left', uid: 'bob' } });
});
