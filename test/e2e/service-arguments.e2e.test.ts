import { describe, expect, it } from 'vitest';
import type { ConnectionRegistryService } from '../../src/index.js';
import { useSharedApp } from '../support/use-app.js';

const app = useSharedApp();

describe('ConnectionRegistryService', () => {
  type Call = (push: ConnectionRegistryService) => Promise<unknown>;

  it.each<[string, Call, string]>([
    ['a number as uid', (push) => push.sendToUid(5 as never, 1), 'uid'],
    ['the reserved uid', (push) => push.sendToUid('all', 1), 'uid'],
    ['no list', (push) => push.sendToUids('ada' as never, 1), 'uids'],
    ['an empty group', (push) => push.sendToGroup('', 1), 'group'],
    ['no connectionId', (push) => push.sendToConnection('ada', 1), 'connectionId'],
    ['a function', (push) => push.broadcast(() => 1), 'data'],
    ['undefined', (push) => push.broadcast(undefined), 'data'],
    ['a BigInt', (push) => push.broadcast({ n: 1n }), 'data'],
    ['a wrong except', (push) => push.broadcast(1, { except: [1] as never }), 'except'],
    ['a reserved close code', (push) => push.disconnect('ada', { code: 1006 }), 'code'],
    ['a long reason', (push) => push.disconnect('ada', { reason: 'é'.repeat(62) }), 'reason'],
  ])('refuses %s naming the argument', async (_, call, field) => {
    await expect(call(app.push)).rejects.toMatchObject({
      name: 'PushException',
      code: 'VALIDATION_FAILED',
      details: [{ field }],
    });
  });

  it('refuses circular data', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    await expect(app.push.broadcast(circle)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });
});
