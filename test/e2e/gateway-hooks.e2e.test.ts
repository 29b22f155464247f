import { describe, expect, it } from 'vitest';
import { Injectable, Scope, type Type } from '@nestjs/common';
import { PushGateway } from '../../src/index.js';
import { Mailbox } from '../support/mailbox.js';
import { useApp } from '../support/use-app.js';

const app = useApp();

/** Starts with the gateways; answers what is logged as an error. */
async function startWith(...providers: Type[]): Promise<Mailbox<string>> {
  const errors = new Mailbox<string>((line) => line);
  await app.start({
    providers,
    logger: {
      log: () => undefined,
      warn: () => undefined,
      error: (line: string) => errors.put(line),
    },
  });
  return errors;
}

describe('a connection hook that rejects', () => {
  it.each([
    ['a gateway', Scope.DEFAULT],
    ['a request-scoped gateway', Scope.REQUEST],
  ])('of %s is logged, and the process goes on', async (_what, scope) => {
    @Injectable({ scope })
    @PushGateway()
    class BrokenGateway {
      async handleConnection(): Promise<void> {
        await Promise.reject(new Error('no database'));
      }

      async handleDisconnect(): Promise<void> {
        await Promise.reject(new Error('still none'));
      }
    }
    const errors = await startWith(BrokenGateway);
    const client = await app.json('ada');
    expect(await errors.take('the first')).toBe(
      'BrokenGateway.handleConnection failed: Error: no database',
    );
    expect(await client.exchange('ping')).toMatchObject({ event: 'pong' });
    await client.close();
    expect(await errors.take('the second')).toBe(
      'BrokenGateway.handleDisconnect failed: Error: still none',
    );
  });

  it('of a hook that is a field is logged as well', async () => {
    @PushGateway()
    class FieldGateway {
      handleConnection = (): Promise<void> => Promise.reject(new Error('no database'));
    }
    const errors = await startWith(FieldGateway);
    await app.json('ada');
    expect(await errors.take('it')).toBe(
      'FieldGateway.handleConnection failed: Error: no database',
    );
  });
});

describe('many gateways on the push socket', () => {
  it('make Node warn of no leak', async () => {
    const gateways = Array.from({ length: 12 }, () => {
      @PushGateway()
      class OneOfMany {
        handleConnection(): void {}
        handleDisconnect(): void {}
      }
      return OneOfMany;
    });
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    try {
      await startWith(...gateways);
      const client = await app.json('ada');
      await client.exchange('ping');
      await client.close();
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', note);
    }
  });
});
