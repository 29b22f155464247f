import { describe, expect, it } from 'vitest';
import { useMemoryCluster } from '../support/use-cluster.js';
import { describeUndelivered } from './undelivered/handed-over.js';

describe('undelivered messages over the memory engine', () => {
  const cluster = useMemoryCluster({ push: { history: { undeliveredInterval: 20 } } });
  describeUndelivered(cluster);

  it('need a handler that can handle', async () => {
    const history = { undeliveredHandler: {} as never };
    await expect(cluster.start({ push: { history } })).rejects.toThrow(
      'option "undeliveredHandler" is an object (Object); allowed is an UndeliveredHandler',
    );
  });

  it('are none without a history, and nobody is told', async () => {
    const { push } = await cluster.start({ push: { history: undefined } });
    expect(push.undelivered$.subscribe().closed).toBe(false);
    await expect(push.sendToUid('ada', 1, { undeliveredAfter: 1 })).rejects.toMatchObject({
      message: expect.stringContaining('"history"'),
    });
  });
});
