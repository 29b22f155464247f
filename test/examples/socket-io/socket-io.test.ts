import { afterEach, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { serve as serveAfter } from './after.js';
import { serve as serveBefore } from './before.js';
import type { Chat, ChatServer } from './chat.js';

let server: ChatServer;
let clients: Chat[];

afterEach(async () => {
  clients.forEach((client) => client.leave());
  await server.close();
});

it.each([
  ['before', serveBefore],
  ['after', serveAfter],
])('is the same chat: %s', async (_, serve) => {
  server = await serve();
  clients = [await server.client('ada'), await server.client('bob')];
  const [ada, bob] = clients;

  expect(await ada.say('bob', 'hello')).toBe(true);
  expect(await ada.say('eve', 'hello')).toBe(false);
  await until('bob hears it', () => bob.heard.length === 1);

  await ada.join('tea');
  await bob.join('tea');
  bob.shout('tea', 'it is ready');
  await until('ada hears it', () => ada.heard.length === 1);
  expect([ada.heard, bob.heard]).toEqual([
    [{ from: 'bob', text: 'it is ready' }],
    [{ from: 'ada', text: 'hello' }],
  ]);
});
