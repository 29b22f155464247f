import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from 'vitest';
import { pushAsyncApi } from '../../../src/asyncapi/index.js';

/** Severity of what makes a document invalid; others are advice. */
const ERROR = 0;

const SERVERS = { production: 'wss://push.example.com', here: 'ws://127.0.0.1:3000/behind' };

describe('the AsyncAPI description of the socket', () => {
  it('is valid by the parser of AsyncAPI', async () => {
    const document = pushAsyncApi({ servers: SERVERS, path: '/live' });
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
    expect(diagnostics.filter(({ severity }) => (severity as number) === ERROR)).toEqual([]);
    expect(parsed?.operations().all().length).toBe(Object.keys(document.operations).length);
  });

  it('names the servers and the path', () => {
    const { servers, channels } = pushAsyncApi({ servers: SERVERS, path: '/live' });
    expect(servers).toEqual({
      production: { host: 'push.example.com', protocol: 'wss' },
      here: { host: '127.0.0.1:3000', protocol: 'ws', pathname: '/behind' },
    });
    expect(channels.push.address).toBe('/live');
  });

  it('says what answers a frame of a client', () => {
    const { operations } = pushAsyncApi();
    const replies = (name: string) =>
      operations[`receive${name}`].reply?.messages.map(({ $ref }) => $ref.split('/').at(-1));
    expect(replies('SendRequest')).toEqual(['Sent', 'ErrorFrame']);
    expect(replies('Ping')).toEqual(['Pong', 'ErrorFrame']);
    expect(replies('Response')).toEqual(['ErrorFrame']);
  });

  it('has an operation for what the server says by itself, and none for a mere reply', () => {
    const names = Object.keys(pushAsyncApi().operations);
    expect(names).toEqual(expect.arrayContaining(['sendMessageFrame', 'sendErrorFrame']));
    expect(names).not.toContain('sendSent');
  });

  it.each([
    [{ servers: { web: 'https://example.com' } }, 'option "servers"'],
    [{ path: '' }, 'option "path" is ""'],
  ])('refuses %o', (options, message) => {
    expect(() => pushAsyncApi(options)).toThrow(message);
  });
});
