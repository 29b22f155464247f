/** Where the settings are injected. */
export const SETTINGS = Symbol('Settings');

/** What the example reads from its environment. */
export interface Settings {
  port: number;
  host: string;
  path: string;
  auth: 'trust' | 'jwt';
  jwtSecret: string | undefined;
  /** The push API is closed without one. */
  apiKeys: string[];
  /** Unset: this process is the whole system. */
  redisUrl: string | undefined;
  /** Whether messages can be retained. */
  history: boolean;
  /** The file to which undelivered messages are appended; unset: they are left alone. */
  undeliveredLog: string | undefined;
}

/** @throws Error that names the variable and what it may be */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const auth = env.PUSH_AUTH ?? 'trust';
  if (auth !== 'trust' && auth !== 'jwt') throw new Error('PUSH_AUTH must be trust or jwt.');
  if (auth === 'jwt' && !env.PUSH_JWT_SECRET) {
    throw new Error('PUSH_AUTH=jwt needs PUSH_JWT_SECRET, the secret that signs the tokens.');
  }
  const history = env.PUSH_HISTORY || 'on';
  if (history !== 'on' && history !== 'off') throw new Error('PUSH_HISTORY must be on or off.');
  return {
    port: portOf(env.PORT ?? '3000'),
    host: env.HOST ?? '127.0.0.1',
    path: env.PUSH_PATH ?? '/',
    auth,
    jwtSecret: env.PUSH_JWT_SECRET,
    apiKeys: env.PUSH_API_KEY ? [env.PUSH_API_KEY] : [],
    redisUrl: env.REDIS_URL || undefined,
    history: history === 'on',
    undeliveredLog: env.PUSH_UNDELIVERED_LOG || undefined,
  };
}

function portOf(value: string): number {
  const port = Number(value);
  if (value === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error('PORT must be a whole number from 0 to 65535.');
  }
  return port;
}
