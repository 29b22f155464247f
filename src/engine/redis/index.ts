export { RedisEngine } from './redis.engine.js';
export type { RedisAddress, RedisConnectionOptions, RedisEngineOptions } from './options.js';
