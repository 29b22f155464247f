import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { upgradeWebSocketsOnly } from '../../../../src/gateway/upgrade/websockets-only.js';

function requestFor(upgrade: string | undefined): IncomingMessage {
  return { headers: { upgrade } } as IncomingMessage;
}

describe('WebSockets as the only upgrades', () => {
  it('are what a server that asks is told, where Node is not built as expected', () => {
    const all = (request: IncomingMessage): boolean => 'upgrade' in request.headers;
    const server = Object.assign(createServer(), { shouldUpgradeCallback: all });
    const stop = upgradeWebSocketsOnly(server, false);
    const taken = ['websocket', 'WebSocket', 'h2c', 'h2c, websocket', undefined].filter((upgrade) =>
      server.shouldUpgradeCallback(requestFor(upgrade)),
    );
    expect(taken).toEqual(['websocket', 'WebSocket']);
    stop();
    expect(server.shouldUpgradeCallback).toBe(all);
  });

  it('end with the listener, and what another put before it stays', () => {
    const server = createServer();
    const ownEmit = (): unknown => Object.getOwnPropertyDescriptor(server, 'emit')?.value;
    upgradeWebSocketsOnly(server)();
    expect(ownEmit()).toBe(undefined);
    const stop = upgradeWebSocketsOnly(server);
    const others = server.emit.bind(server);
    server.emit = others;
    stop();
    expect(ownEmit()).toBe(others);
  });
});
