import { Logger } from '@nestjs/common';
import type { FoundGateway } from './found-gateways.js';

type Hook = (...args: unknown[]) => unknown;
type Host = Partial<Record<'handleConnection' | 'handleDisconnect', Hook>>;

const logger = new Logger('PushModule');
const guarded = new WeakSet<Hook>();

/**
 * Keeps what connection hooks throw from ending the process: Nest awaits none of them (nest#2028).
 * The prototype is where Nest finds them, on the one instance or on the instance of each
 * connection; a hook that is a field is on the instance.
 */
export function guardHooks({ metatype, instance }: FoundGateway): void {
  for (const host of [metatype.prototype as Host, instance as Host]) {
    guard(metatype.name, host, 'handleConnection');
    guard(metatype.name, host, 'handleDisconnect');
  }
}

function guard(gateway: string, host: Host, name: keyof Host): void {
  const hook = host[name];
  if (hook === undefined || guarded.has(hook)) return;
  const safe: Hook = async function (this: unknown, ...args) {
    try {
      await hook.apply(this, args);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      logger.error(`${gateway}.${name} failed: ${String(error)}`, stack);
    }
  };
  guarded.add(safe);
  host[name] = safe;
}
