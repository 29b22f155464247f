import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import { Controller, Get, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import supertest from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { useApp } from '../support/use-app.js';

/** Longer than any test lasts. */
const NEVER = 2 ** 31 - 1;
const HEAD = 'POST /quick HTTP/1.1\r\nHost: 127.0.0.1\r\n';

let slowRequestCame: Promise<void>;
let answerSlowRequest: () => void;
let come: () => void;
let answered: Promise<void>;
let agent: Agent;

beforeEach(() => {
  slowRequestCame = new Promise((resolve) => (come = resolve));
  answered = new Promise((resolve) => (answerSlowRequest = resolve));
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterEach(() => agent.destroy());

@Controller()
class Answers {
  @Get('quick')
  quick(): string {
    return 'quick';
  }

  @Get('slow')
  async slow(): Promise<string> {
    come();
    await answered;
    return 'slow';
  }
}

function request(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(app.http + path, { agent }, (response) => {
      response.resume().once('end', () => resolve(response));
    }).once('error', reject);
  });
}

const app = useApp({ controllers: [Answers] });

describe.each(['express', 'fastify'] as const)('the end of HTTP connections, on %s', (adapter) => {
  it.each([
    ['is silent', ''],
    ['sends half a head', HEAD],
    ['sends no body', `${HEAD}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n`],
  ])('comes within shutdownTimeout for one that %s', async (_, bytes) => {
    await app.start({ adapter, push: { shutdownTimeout: 50 } });
    const raw = await app.connectRaw();
    if (bytes !== '') await raw.write(bytes);
    await supertest(app.http).get('/quick').expect(200);
    await app.close();
    await raw.waitForEnd();
  });

  it('comes with the answer to the next request for one that is kept alive', async () => {
    let answer: IncomingMessage | undefined;
    @Injectable()
    class Asking implements BeforeApplicationShutdown {
      async beforeApplicationShutdown(): Promise<void> {
        answer = await request('/quick');
      }
    }
    await app.start({ adapter, providers: [Asking], push: { shutdownTimeout: NEVER } });
    expect((await request('/quick')).headers.connection).toBe('keep-alive');
    await app.close();
    expect(answer).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
  });

  it('waits for the answer to a request that is under way, and not for another one', async () => {
    await app.start({ adapter, push: { shutdownTimeout: NEVER } });
    const server = app.nest.getHttpServer() as Server;
    server.keepAliveTimeout = 0;
    const slow = request('/slow');
    await slowRequestCame;
    const closed = app.close();
    await until('the server takes no more connections', () => !server.listening);
    answerSlowRequest();
    expect((await slow).statusCode).toBe(200);
    await closed;
  });

  it('comes within shutdownTimeout for a request that is not answered', async () => {
    await app.start({ adapter, push: { shutdownTimeout: 50 } });
    const failed = expect(request('/slow')).rejects.toThrow();
    await slowRequestCame;
    await app.close();
    await failed;
  });

  it('comes though sockets take longer to close than HTTP requests may take', async () => {
    await app.start({ adapter, push: { shutdownTimeout: 1, closeTimeout: 200 } });
    const [silent, mute] = [await app.connectRaw(), await app.raw('ada')];
    await app.close();
    await Promise.all([silent.waitForEnd(), mute.waitForEnd()]);
  });
});
