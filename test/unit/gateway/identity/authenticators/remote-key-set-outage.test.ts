import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Logger } from '@nestjs/common';
import type { JWK } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import type { JwtAuthenticatorOptions } from '../../../../../src/gateway/identity/authenticators/jwt.options.js';
import {
  createIssuer,
  NOW,
  serveKeySet,
  TRY_AGAIN,
  type Issuer,
  type KeySetServer,
} from '../../../../support/jwt.js';

const COOLDOWN = 30_000;
const MAX_AGE = 600_000;
const STALE = 3_600_000;

let known: Issuer;
let rotated: Issuer;
let keySet: KeySetServer;
/** Every line of the log, with its level. */
let lines: string[];

beforeAll(async () => {
  known = await createIssuer('RS256', 'known');
  rotated = await createIssuer('RS256', 'rotated');
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW });
  keySet = await serveKeySet(known.jwk);
  lines = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(Logger.prototype, level).mockImplementation((message: unknown) => {
      lines.push(`${level}: ${String(message)}`);
    });
  }
});

afterEach(async () => {
  vi.useRealTimers();
  await keySet.close();
});

function authenticatorWith(options: Partial<JwtAuthenticatorOptions> = {}): JwtAuthenticator {
  return new JwtAuthenticator({ jwksUrl: keySet.url, ...options });
}

async function uidOf(authenticator: JwtAuthenticator, issuer: Issuer): Promise<string | undefined> {
  return (await authenticator.authenticate(await issuer.sign({ sub: 'ada' })))?.uid;
}

const fail: KeySetServer['answer'] = (_, response) => response.writeHead(503).end();

describe('while the key set cannot be fetched', () => {
  it('it is asked once per cooldown, however many clients come, and the log has one line', async () => {
    keySet.answer = fail;
    const authenticator = authenticatorWith();
    const token = await known.sign({ sub: 'ada' });
    const crowd = (): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(Array.from({ length: 100 }, () => authenticator.authenticate(token)));
    for (const answers of [await crowd(), await crowd()]) {
      for (const answer of answers) expect(answer).toMatchObject({ reason: TRY_AGAIN });
    }
    expect(keySet.requests).toBe(1);
    vi.advanceTimersByTime(COOLDOWN);
    await crowd();
    expect(keySet.requests).toBe(2);
    expect(lines).toEqual([`error: No keys from ${keySet.url}: the answer was 503, not 200`]);
  });

  it('is asked again after the cooldown, and the log tells that it is over', async () => {
    keySet.answer = fail;
    const authenticator = authenticatorWith();
    await expect(uidOf(authenticator, known)).rejects.toMatchObject(TRY_AGAIN);
    keySet.publish(known.jwk);
    await expect(uidOf(authenticator, known)).rejects.toMatchObject(TRY_AGAIN);
    vi.advanceTimersByTime(COOLDOWN);
    expect(await uidOf(authenticator, known)).toBe('ada');
    expect(lines.slice(1)).toEqual([`log: There are keys from ${keySet.url} again.`]);
  });

  it('known keys stay good beyond their age, for as long as the option says', async () => {
    const authenticator = authenticatorWith();
    expect(await uidOf(authenticator, known)).toBe('ada');
    keySet.answer = fail;
    vi.advanceTimersByTime(MAX_AGE + STALE - 1_000);
    expect(await uidOf(authenticator, known)).toBe('ada');
    expect(keySet.requests).toBe(2);
    vi.advanceTimersByTime(1_000);
    await expect(uidOf(authenticator, known)).rejects.toMatchObject(TRY_AGAIN);
  });

  it('known keys are good for their age only, with jwksStaleIfError: 0', async () => {
    const authenticator = authenticatorWith({ jwksStaleIfError: 0 });
    expect(await uidOf(authenticator, known)).toBe('ada');
    keySet.answer = fail;
    vi.advanceTimersByTime(MAX_AGE);
    await expect(uidOf(authenticator, known)).rejects.toMatchObject(TRY_AGAIN);
  });

  it('a new kid may try again, and is taken once it is there', async () => {
    const authenticator = authenticatorWith();
    expect(await uidOf(authenticator, known)).toBe('ada');
    keySet.answer = fail;
    vi.advanceTimersByTime(COOLDOWN);
    await expect(uidOf(authenticator, rotated)).rejects.toMatchObject(TRY_AGAIN);
    expect(await uidOf(authenticator, known)).toBe('ada');
    keySet.publish(known.jwk, rotated.jwk);
    vi.advanceTimersByTime(COOLDOWN);
    expect(await uidOf(authenticator, rotated)).toBe('ada');
  });

  it('a withdrawn key is refused as soon as it is back', async () => {
    const authenticator = authenticatorWith();
    expect(await uidOf(authenticator, known)).toBe('ada');
    keySet.answer = fail;
    vi.advanceTimersByTime(MAX_AGE);
    expect(await uidOf(authenticator, known)).toBe('ada');
    keySet.publish(rotated.jwk);
    vi.advanceTimersByTime(COOLDOWN);
    expect(await uidOf(authenticator, known)).toBeUndefined();
  });
});

describe('a key set that cannot be used', () => {
  it.each<[string, KeySetServer['answer'], RegExp]>([
    ['an error', (_, response) => response.writeHead(500).end(), /the answer was 500, not 200/],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: '/' }).end(),
      /the answer was 302, not 200/,
    ],
    ['no JSON', (_, response) => response.end('<html>'), /JSON/],
    ['no key set', (_, response) => response.end('{"keys":7}'), /malformed/],
    ['a reset', (_, response) => response.destroy(), /fetch failed \(.+\)/],
  ])('is told in the log with its address, on %s', async (_, answer, reason) => {
    keySet.answer = answer;
    const authenticator = authenticatorWith({ jwksUrl: `${keySet.url}?apikey=hidden` });
    const failure = uidOf(authenticator, known);
    await expect(failure).rejects.toMatchObject(TRY_AGAIN);
    await expect(failure).rejects.not.toThrow(keySet.url);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`error: No keys from ${keySet.url}: `);
    expect(lines[0]).toMatch(reason);
    expect(lines[0]).not.toContain('hidden');
  });

  it('is told when nobody listens at the address', async () => {
    const gone = await serveKeySet();
    const authenticator = authenticatorWith({ jwksUrl: gone.url });
    const url = gone.url;
    await gone.close();
    await expect(uidOf(authenticator, known)).rejects.toMatchObject(TRY_AGAIN);
    expect(lines[0]).toMatch(`error: No keys from ${url}: fetch failed (connect ECONNREFUSED`);
  });

  it.each<[string, KeySetServer['answer']]>([
    ['does not come', () => undefined],
    ['does not end', (_, response) => void response.write('{"keys":[')],
  ])('is given up when the answer %s within the timeout', async (_, answer) => {
    keySet.answer = answer;
    const authenticator = authenticatorWith({ jwksTimeout: 50 });
    await expect(uidOf(authenticator, known)).rejects.toMatchObject(TRY_AGAIN);
    expect(lines[0]).toMatch(/timed out/);
  });

  it.each<[string, KeySetServer['answer']]>([
    ['as it is sent', (_, response) => response.end(' '.repeat(1_025))],
    [
      'decompressed',
      (_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync(' '.repeat(1_000_000)));
      },
    ],
  ])('is not read to its end when it is too large, %s', async (_, answer) => {
    keySet.answer = answer;
    const authenticator = authenticatorWith({ jwksMaxBytes: 1_024 });
    await expect(uidOf(authenticator, known)).rejects.toMatchObject(TRY_AGAIN);
    expect(lines[0]).toMatch('the answer is larger than 1024 bytes');
  });

  it('stops reading a stream without end', async () => {
    const cut = new Promise((resolve) => {
      keySet.answer = (_, response) => {
        response.once('close', resolve);
        const pour = (): void => {
          while (response.write(' '.repeat(65_536)));
        };
        response.on('drain', pour);
        pour();
      };
    });
    await expect(uidOf(authenticatorWith(), known)).rejects.toMatchObject(TRY_AGAIN);
    await cut;
  });

  it('for one key, which is broken, is told once', async () => {
    const broken = await createIssuer('ES256', 'broken');
    keySet.publish(known.jwk, { ...broken.jwk, x: 'AAAA' });
    const authenticator = authenticatorWith();
    await expect(uidOf(authenticator, broken)).rejects.toMatchObject(TRY_AGAIN);
    await expect(uidOf(authenticator, broken)).rejects.toMatchObject(TRY_AGAIN);
    expect(await uidOf(authenticator, known)).toBe('ada');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`error: A key from ${keySet.url} cannot be used: `);
  });

  it('for one key, which is too weak, throws', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    keySet.publish({ ...(publicKey.export({ format: 'jwk' }) as JWK), kid: 'known' });
    await expect(uidOf(authenticatorWith(), known)).rejects.toThrow('2048 bits');
  });
});
