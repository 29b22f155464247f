import { describe, expect, it } from 'vitest';
import { ApiKeys } from '../../../src/http/api-keys.js';

describe('ApiKeys', () => {
  const keys = new ApiKeys({ apiKeys: ['old-key', 'new-key'] });

  it('knows each of its keys', () => {
    expect(keys.identify('Bearer old-key')).toEqual(expect.any(String));
    expect(keys.identify('bearer   new-key ')).toEqual(expect.any(String));
  });

  it('names different keys differently and the same key the same, without revealing it', () => {
    const name = keys.identify('Bearer old-key');
    expect(name).toBe(keys.identify('BEARER old-key'));
    expect(name).not.toBe(keys.identify('Bearer new-key'));
    expect(name).not.toContain('old-key');
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'old-key', 'Basic old-key', 'Bearer old-keys'])(
    'does not know %j',
    (header) => expect(keys.identify(header)).toBeUndefined(),
  );

  it.each(['Bearer old-key new-key', 'Bearer  old-ke', 'XBearer old-key', 'Bearerold-key'])(
    'does not know %j',
    (header) => expect(keys.identify(header)).toBeUndefined(),
  );

  it('without keys knows nobody', () => {
    const closed = new ApiKeys({ apiKeys: [] });
    expect(closed.none).toBe(true);
    expect(closed.identify('Bearer undefined')).toBeUndefined();
    expect(closed.identify('Bearer ')).toBeUndefined();
  });
});
