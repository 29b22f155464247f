import { describe, expect, it } from 'vitest';
import { checkRedisOptions } from '../../../../src/engine/redis/redis.options.js';
import { RedisEngine, type RedisEngineOptions } from '../../../../src/engine/redis/index.js';

const url = 'redis://localhost';

describe('options of the Redis engine', () => {
  it('have defaults', () => {
    expect(checkRedisOptions({ url, prefix: undefined })).toEqual({
      url,
      prefix: 'push',
      leaseTime: 15_000,
      commandTimeout: 3_000,
      startTimeout: 10_000,
      offlineDelay: 0,
      shards: 64,
      maxPendingBytes: 67_108_864,
      maxUnreadBytes: 1_048_576,
    });
  });

  const nodes = [{ host: 'a', port: 1 }];
  const broken: [RedisEngineOptions, RegExp][] = [
    [{}, /exactly one of "url", "cluster" and "sentinel" .*; given: none/],
    [{ url, cluster: { nodes } }, /exactly one .*; given: url and cluster/],
    [{ url: 'http://x' }, /"url" is a string; allowed is .*redis:\/\//],
    [{ url: 'redis://:secret@:x' }, /"url" is a string;/],
    [{ cluster: { nodes: [] } }, /"cluster" is an object .*; allowed is .* a list/],
    [{ cluster: { nodes }, client: { database: 1 } }, /"client" is an object with "database"/],
    [{ sentinel: { name: '', nodes } }, /"sentinel"/],
    [{ sentinel: { name: 'm', nodes: [{ host: 'a' }] as never } }, /"sentinel"/],
    [{ url, prefix: 'a:b' }, /"prefix"/],
    [{ url, prefix: '' }, /"prefix"/],
    [
      { url, leaseTime: 599 },
      /RedisEngine: option "leaseTime" is 599; allowed is a whole number .* from 600/,
    ],
    [{ url, commandTimeout: 0 }, /"commandTimeout"/],
    [{ url, startTimeout: 0 }, /"startTimeout"/],
    [{ url, offlineDelay: -1 }, /"offlineDelay"/],
    [{ url, shards: 0 }, /"shards"/],
    [{ url, maxPendingBytes: 1 }, /"maxPendingBytes"/],
    [{ url, maxUnreadBytes: 1 }, /"maxUnreadBytes"/],
    [{ url, leasTime: 1 } as never, /no option "leasTime"; the options are url,/],
  ];
  it.each(broken)('that are broken are refused by name: %j', (options, message) => {
    expect(() => new RedisEngine(options)).toThrow(message);
  });

  it.each([
    [{ client: { socket: { host: 'a', port: 1 } } }],
    [{ url: 'rediss://user:secret@host:1/2', client: { name: 'x' } }],
    [{ cluster: { nodes }, client: { password: 'x' } }],
    [{ sentinel: { name: 'm', nodes } }],
  ])('are accepted: %j', (options) => {
    expect(() => checkRedisOptions(options)).not.toThrow();
  });
});
