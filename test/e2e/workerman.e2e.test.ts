import { describe, expect, it } from 'vitest';
import { connect, type TextClient } from '../support/client.js';
import { useSharedExample } from '../support/use-example.js';

/**
 * Clients of Workerman's example "send data to a specific client", unchanged, against the
 * example application: they offer no subprotocol, connect to `/` and speak text.
 */
const example = useSharedExample();

async function login(uid: string): Promise<TextClient> {
  const client = await connect(example.url);
  client.write(uid);
  expect(await client.next()).toBe(`Connexion réussie, votre uid est ${uid}`);
  return client;
}

describe('a client of the Workerman example', () => {
  it('logs in with its first packet, sends to a uid, and to all with itself included', async () => {
    const [ada, bob, eve] = [await login('ada'), await login('bob'), await login('eve')];
    ada.write('bob:hello');
    expect(await bob.next()).toBe('hello');
    bob.write('all:good morning');
    for (const client of [ada, bob, eve]) expect(await client.next()).toBe('good morning');
  });

  it('hears nothing when the uid is unknown', async () => {
    const ada = await login('ada');
    ada.write('nobody:hello');
    ada.write('ada:next');
    expect(await ada.next()).toBe('next');
  });

  it('is unbound when it closes, and can come back', async () => {
    const [ada, bob] = [await login('ada'), await login('bob')];
    await bob.close();
    ada.write('bob:lost');
    const again = await login('bob');
    ada.write('bob:found');
    expect(await again.next()).toBe('found');
    expect(again.received).not.toContain('lost');
  });

  it('is spared the three bugs of the original', async () => {
    const [ada, first, second] = [await login('ada'), await login('bob'), await login('bob')];
    ada.write('bob:12:30: lunch');
    expect(await first.next()).toBe('12:30: lunch');
    expect(await second.next()).toBe('12:30: lunch');
    await first.close();
    ada.write('bob:still bound');
    expect(await second.next()).toBe('still bound');
    ada.write('no colon');
    expect(await ada.next()).toMatch(/^error:BAD_FRAME:/);
  });

  it('may use text beyond ASCII, empty messages and messages with line breaks', async () => {
    const [ada, bob] = [await login('ada'), await login('用户')];
    for (const message of ['', 'é€𝄞', 'two\nlines', ' spaces ', '{"json":true}']) {
      ada.write(`用户:${message}`);
      expect(await bob.next()).toBe(message);
    }
  });
});
