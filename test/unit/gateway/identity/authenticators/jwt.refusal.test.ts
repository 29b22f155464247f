import { beforeAll, expect, it } from 'vitest';
import { JwtAuthenticator } from '../../../../../src/gateway/identity/authenticators/jwt.authenticator.js';
import { createIssuer, forge, SECRET, signWith } from '../../../../support/jwt.js';

const now = Math.floor(Date.now() / 1000);
const reasons: string[] = [];
const context = { refuse: (reason: string) => (reasons.push(reason), null) };
const authenticator = new JwtAuthenticator({
  secret: [SECRET, `${SECRET}, the next one`],
  issuer: 'me',
  audience: 'push',
  requireExpiry: true,
  deviceClaim: 'sid',
});
const good = { sub: 'ada', iss: 'me', aud: 'push', exp: now + 60 };

let foreign: string;
beforeAll(async () => {
  foreign = await (await createIssuer('ES256')).sign(good);
});

it.each([
  ['no token', () => undefined],
  ['malformed token', () => 'x.y'],
  ['malformed token', () => forge({ alg: 'HS256', crit: ['x'], x: 1 }, good, 'c2ln')],
  ['bad signature', () => signWith(`${SECRET}, not ours`, good)],
  ['algorithm not allowed', () => foreign],
  ['expired', () => signWith(SECRET, { ...good, exp: now - 1 })],
  ['expired', () => signWith(`${SECRET}, the next one`, { ...good, exp: now - 1 })],
  ['no expiry', () => signWith(SECRET, { ...good, exp: undefined })],
  ['not valid yet', () => signWith(SECRET, { ...good, nbf: now + 60 })],
  ['wrong issuer', () => signWith(SECRET, { ...good, iss: 'you' })],
  ['wrong audience', () => signWith(SECRET, { ...good, aud: 'mail' })],
  ['wrong audience', () => signWith(SECRET, { ...good, aud: undefined })],
  ['bad claim', () => signWith(SECRET, { ...good, exp: 'soon' as unknown as number })],
  ['no subject', () => signWith(SECRET, { ...good, sub: undefined })],
  ['bad device', () => signWith(SECRET, { ...good, sid: '' })],
])('JwtAuthenticator says "%s" of a token that it refuses', async (reason, token) => {
  reasons.length = 0;
  expect(await authenticator.authenticate({ token: await token() }, context)).toBeNull();
  expect(reasons).toEqual([reason]);
});

it('JwtAuthenticator says nothing of a token that it takes', async () => {
  reasons.length = 0;
  const identity = await authenticator.authenticate(await signWith(SECRET, good), context);
  expect(identity).toMatchObject({ uid: 'ada' });
  expect(reasons).toEqual([]);
});
