import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import supertest from 'supertest';
import { afterEach, describe, expect, it } from 'vitest';
import { PushWsAdapter } from '../../src/index.js';
import { CERTIFICATE } from '../support/certificate.js';
import { connect, connectText } from '../support/client.js';
import { useApp } from '../support/use-app.js';

@Controller()
class Routes {
  @Get('quick')
  quick(): string {
    return 'quick';
  }
}

@WebSocketGateway({ path: '/other' })
class OtherGateway {}

let server: Server;

// Before the application's own, so that it comes after it: the last of a test.
afterEach(() => new Promise((resolve) => server.close(resolve)));

const app = useApp({ controllers: [Routes], providers: [OtherGateway] });

/** The application's own listener behind a server that it made itself. */
async function serveOn(make: (listener: RequestListener) => Server): Promise<string> {
  await app.start();
  server = make(app.nest.getHttpAdapter().getInstance() as RequestListener);
  app.nest.get(PushWsAdapter).serve(server);
  // A second time changes nothing.
  app.nest.get(PushWsAdapter).serve(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each([
  ['http', (listener: RequestListener) => createServer(listener)],
  ['https', (listener: RequestListener) => createHttpsServer(CERTIFICATE, listener)],
] as const)('a server of the application of its own, for %s', (scheme, make) => {
  it('has the push socket, gateways on other paths, and HTTP beside them', async () => {
    const host = await serveOn(make);
    const sockets = scheme.replace('http', 'ws');
    const ada = await connectText(`${sockets}://${host}/`);
    await ada.authenticate('ada');
    const bob = await app.text('bob');
    await app.push.sendToUids(['ada', 'bob'], 'hi');
    expect(await Promise.all([ada.next(), bob.next()])).toEqual(['hi', 'hi']);
    await connect(`${sockets}://${host}/other`);
    await expect(connectText(`${sockets}://${host}/nobody`)).rejects.toThrow('404');
    const answer = supertest(`${scheme}://${host}`).get('/quick').trustLocalhost();
    expect((await answer.set({ Connection: 'Upgrade', Upgrade: 'h2c' })).text).toBe('quick');
  });

  it('lets its sockets go with the application, and is a plain one then', async () => {
    const host = await serveOn(make);
    const ada = await connectText(`${scheme.replace('http', 'ws')}://${host}/`);
    await ada.authenticate('ada');
    await app.close();
    expect(await ada.expectClose()).toMatchObject({ code: 1012 });
    expect(server.listenerCount('upgrade')).toBe(0);
  });
});
