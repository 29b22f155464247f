import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SignJWT } from 'jose';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { connectJson, connectText } from '../support/client.js';
import { connectRaw } from '../support/raw-socket.js';
import { useExamples } from '../support/use-example.js';

const startExample = useExamples();

describe('the example application', () => {
  it('prints one line with its address, and ends on SIGTERM with the sockets told', async () => {
    const example = await startExample();
    expect(example.output.filter((line) => line.includes(example.url))).toHaveLength(1);
    const client = await connectText(example.url);
    await client.authenticate('ada');
    // Nest has run its hooks, and then lets the signal do what it does.
    expect(await example.stop()).toBe('SIGTERM');
    expect(await client.expectClose()).toMatchObject({ code: 1012 });
  });

  it('ends on SIGTERM though HTTP connections are held', async () => {
    const example = await startExample();
    const [silent, half] = [await connectRaw(example.url), await connectRaw(example.url)];
    await half.write('POST /push/messages HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    await supertest(example.http).get('/docs').expect(200);
    expect(await example.stop()).toBe('SIGTERM');
    await Promise.all([silent.waitForEnd(), half.waitForEnd()]);
  });

  it('prints two lines to paste: one sees the message that the other sends', async () => {
    const example = await startExample();
    const [see, send] = await example.linesToPaste();
    const terminal = spawn('sh', ['-c', `exec ${see}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const seen = createInterface(terminal.stdout)[Symbol.asyncIterator]();
      expect((await seen.next()).value).toContain('ada');
      const [, body, url] = /^curl -d (\S+) (\S+)$/.exec(send)!;
      await fetch(url, { method: 'POST', body: new URLSearchParams(body) });
      expect((await seen.next()).value).toBe('{"type":"shipped","id":"7"}');
    } finally {
      terminal.kill();
    }
  });

  it('pushes from its controller', async () => {
    const example = await startExample();
    const client = await connectJson(example.url);
    await client.login('ada');
    await supertest(example.http).post('/orders/7/shipped').send({ uid: 'ada' }).expect(202);
    expect(await client.next()).toMatchObject({ data: { data: { type: 'shipped', id: '7' } } });
  });

  it('serves the path of PUSH_PATH', async () => {
    const example = await startExample({ PUSH_PATH: '/socket' });
    const client = await connectText(`${example.url}socket`);
    await client.authenticate('ada');
  });

  it("serves the operator's view behind PUSH_API_KEY", async () => {
    const { http } = await startExample({ PUSH_API_KEY: 'key' });
    await supertest(http).get('/push-admin').expect(200);
    await supertest(http).post('/push-admin/ticket').expect(401);
    const ticket = supertest(http).post('/push-admin/ticket');
    await ticket.set({ authorization: 'Bearer key' }).expect(200);
  });

  it('asks for tokens with PUSH_AUTH=jwt', async () => {
    const secret = 'a secret for the example, long enough';
    const example = await startExample({ PUSH_AUTH: 'jwt', PUSH_JWT_SECRET: secret });
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ada')
      .sign(new TextEncoder().encode(secret));
    const [good, bad] = [await connectText(example.url), await connectText(example.url)];
    expect(await good.authenticate(token)).toContain('ada');
    bad.write('ada');
    expect(await bad.expectClose()).toMatchObject({ code: 4401 });
  });

  it.each([
    [{ PORT: 'http' }, 'PORT must be a whole number'],
    [{ PUSH_AUTH: 'none' }, 'PUSH_AUTH must be trust or jwt'],
    [{ PUSH_AUTH: 'jwt' }, 'PUSH_AUTH=jwt needs PUSH_JWT_SECRET'],
    [{ PUSH_PATH: 'socket' }, '"path" is "socket"; allowed is a string that begins with "/"'],
  ])('names what is wrong with %o and ends', (env, message) => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
      env: { ...process.env, PORT: '0', ...env },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
