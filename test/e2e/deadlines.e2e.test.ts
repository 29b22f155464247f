import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { beforeEach, describe, expect, it } from 'vitest';
import { Authenticator, type Credential, type Identity } from '../../src/index.js';
import type { JsonClient } from '../support/client.js';
import { Gate } from '../support/gate.js';
import { useApp } from '../support/use-app.js';

let gate: Gate;
beforeEach(() => void (gate = new Gate()));

/** A renewal waits; the credential says for how many milliseconds the identity holds. */
class SlowToRenew extends Authenticator {
  async authenticate(credential: Credential): Promise<Identity | null> {
    const { uid, lifetime, again } = credential as Record<string, unknown>;
    if (again === true) await gate.wait();
    if (again === 'refused') return null;
    return {
      uid: String(uid),
      ...(lifetime !== undefined && { expiresAt: Date.now() + Number(lifetime) }),
    };
  }
}

@WebSocketGateway()
class SlowGateway {
  @SubscribeMessage('slow')
  async slow(@MessageBody() what: unknown): Promise<unknown> {
    await gate.wait();
    return what;
  }
}

const app = useApp({ push: { authenticator: new SlowToRenew() }, providers: [SlowGateway] });

/** Until an identity has expired that is younger than those which the test is about. */
async function expiryOfAYoungerOne(lifetime: number): Promise<void> {
  const young = await app.json({ uid: 'young', lifetime });
  expect(await young.expectClose()).toMatchObject({ code: 4401 });
}

const renewal = (again: unknown) => ({ event: 'auth', id: 9, data: { uid: 'ada', again } });

describe('an identity that expires', () => {
  const LIFETIME = 300;
  let ada: JsonClient;
  beforeEach(async () => {
    ada = await app.json({ uid: 'ada', lifetime: LIFETIME });
  });

  it('waits for a renewal that has come in time, however long that is asked about', async () => {
    ada.write(renewal(true));
    await expiryOfAYoungerOne(LIFETIME);
    gate.open();
    expect(await ada.next()).toMatchObject({ event: 'auth', id: 9 });
    expect(await ada.settle()).toEqual([]);
  });

  it('waits for what was sent before the renewal, and has its turn after it', async () => {
    ada.write({ event: 'slow', data: 1 });
    ada.write(renewal(false));
    await expiryOfAYoungerOne(LIFETIME);
    gate.open();
    expect(await ada.next()).toEqual({ event: 'slow', data: 1 });
    expect(await ada.next()).toMatchObject({ event: 'auth', id: 9 });
    expect(await ada.settle()).toEqual([]);
  });

  it('ends it when the renewal that it has waited for is refused', async () => {
    ada.write({ event: 'slow', data: 1 });
    ada.write(renewal('refused'));
    await expiryOfAYoungerOne(LIFETIME);
    gate.open();
    expect(await ada.next()).toEqual({ event: 'slow', data: 1 });
    expect(await ada.next()).toMatchObject({ id: 9, data: { code: 'AUTH_FAILED' } });
    expect(await ada.next()).toMatchObject({ data: { code: 'AUTH_EXPIRED' } });
    expect(await ada.expectClose()).toMatchObject({ code: 4401 });
  });
});

it('an identity that expires waits no longer than an authenticator may take', async () => {
  await app.start({ push: { authenticator: new SlowToRenew(), authenticatorTimeout: 100 } });
  const ada = await app.json({ uid: 'ada', lifetime: 100 });
  ada.write({ event: 'slow' });
  await gate.reached;
  expect(await ada.next()).toMatchObject({ data: { code: 'AUTH_EXPIRED' } });
  expect(await ada.expectClose()).toMatchObject({ code: 4401 });
});

it('who is not read from is not dropped for being silent', async () => {
  await app.start({ push: { heartbeatInterval: 100 } });
  const ada = await app.json('ada');
  const FRAMES = 40;
  for (let id = 0; id < FRAMES; id++) ada.write({ event: 'slow', id, data: id });
  // Two peers that answer no ping are dropped meanwhile, one after the other.
  for (let i = 0; i < 2; i++) await (await app.raw('silent')).waitForEnd();
  gate.open();
  for (let id = 0; id < FRAMES; id++) expect(await ada.next()).toMatchObject({ id });
  // Nor afterwards, for what it could not say.
  await (await app.raw('silent')).waitForEnd();
  expect(await ada.settle()).toEqual([]);
});

it('what has come in time counts, though the process was busy until after the deadline', async () => {
  const LIMIT = 300;
  await app.start({ push: { authTimeout: LIMIT, heartbeatInterval: LIMIT } });
  const [late, open] = [await app.connectJson(), await app.json('open')];
  const closings: string[] = [];
  void late.expectClose().then(() => closings.push('late'));
  void open.expectClose().then(() => closings.push('open'));
  late.write({ event: 'auth', data: { uid: 'late' } });
  await new Promise((resolve) => setImmediate(resolve));
  const end = performance.now() + 2 * LIMIT;
  while (performance.now() < end);
  expect(await late.next()).toMatchObject({ event: 'auth' });
  expect(await open.settle()).toEqual([]);
  expect(closings).toEqual([]);
});
