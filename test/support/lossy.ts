import { LocalNode } from '../../src/registry/local-node.js';
import { Mailbox } from './mailbox.js';
import type { TestApp } from './use-app.js';

/** Runs it, and has so many messages that come to the application's node get lost. */
export async function losing(
  app: TestApp,
  count: number,
  run: () => Promise<unknown>,
): Promise<void> {
  const local = app.nest.get(LocalNode, { strict: false });
  const deliver = local.deliver.bind(local);
  const lost = new Mailbox<string>((id) => id);
  local.deliver = (_target, message) => {
    lost.put(message.id);
    return true;
  };
  await run();
  for (let i = 0; i < count; i++) await lost.take('a message to lose');
  local.deliver = deliver;
}

/** Has every message come to the application's node twice. */
export function doubling(app: TestApp): void {
  const local = app.nest.get(LocalNode, { strict: false });
  const deliver = local.deliver.bind(local);
  local.deliver = (...delivery) => {
    deliver(...delivery);
    return deliver(...delivery);
  };
}
