export { RedisEngine } from './redis.engine.js';
export type { RedisAddress, RedisConnectionOptions, RedisEngineOptions } from './redis.options.js';
