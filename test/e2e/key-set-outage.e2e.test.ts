import { afterEach, describe, expect, it } from 'vitest';
import { Authenticator, JwtAuthenticator } from '../../src/index.js';
import { createIssuer, serveKeySet, type KeySetServer } from '../support/jwt.js';
import { useApp } from '../support/use-app.js';

const CLIENTS = 200;
const app = useApp();
let keySet: KeySetServer | undefined;

afterEach(async () => {
  await keySet?.close();
  keySet = undefined;
});

/** Starts the application; answers the lines of its log from then on that tell of a trouble. */
async function startWith(authenticator: Authenticator): Promise<string[]> {
  const lines: string[] = [];
  const hear = (line: unknown): void => void lines.push(String(line));
  await app.start({ push: { authenticator }, logger: { log() {}, warn: hear, error: hear } });
  lines.length = 0;
  return lines;
}

/** Many clients that come at once with this credential, and how each is sent away. */
async function turnAway(token: string): Promise<void> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => app.connectJson()));
  for (const client of clients) client.write({ event: 'auth', data: { token } });
  for (const client of clients) {
    expect(await client.next()).toMatchObject({ event: 'error', data: { code: 'INTERNAL' } });
    expect(await client.expectClose()).toMatchObject({ code: 1011 });
  }
}

describe('an outage of the identity provider', () => {
  it('costs one fetch and one line of the log, and everyone may try again', async () => {
    const issuer = await createIssuer('ES256', 'first');
    keySet = await serveKeySet();
    keySet.answer = (_, response) => response.writeHead(503).end();
    const lines = await startWith(new JwtAuthenticator({ jwksUrl: keySet.url }));
    await turnAway(await issuer.sign({ sub: 'ada' }));
    expect(keySet.requests).toBe(1);
    expect(lines).toEqual([`No keys from ${keySet.url}: the answer was 503, not 200`]);
  });

  it('lets those in whose key is known, and tells those with a new one to try again', async () => {
    const [known, rotated] = [await createIssuer('ES256', '1'), await createIssuer('ES256', '2')];
    keySet = await serveKeySet(known.jwk);
    await startWith(new JwtAuthenticator({ jwksUrl: keySet.url, jwksCacheMaxAge: 0 }));
    await app.json({ token: await known.sign({ sub: 'ada' }) });
    keySet.answer = (_, response) => response.destroy();
    await app.json({ token: await known.sign({ sub: 'bob' }) });
    const client = await app.connectText();
    client.write(await rotated.sign({ sub: 'eve' }));
    expect(await client.expectClose()).toMatchObject({ code: 1011 });
  });

  it('does not fill the log either when an authenticator of your own fails', async () => {
    class Failing extends Authenticator {
      authenticate(): never {
        throw new Error('the database is away');
      }
    }
    const lines = await startWith(new Failing());
    await turnAway('any');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('the database is away');
  });
});
