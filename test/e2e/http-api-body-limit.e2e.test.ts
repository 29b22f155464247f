import { describe, expect, it } from 'vitest';
import { Body, Controller, Post } from '@nestjs/common';
import type supertest from 'supertest';
import { PushApiModule } from '../../src/http/push-api.module.js';
import { ADAPTERS, KEY, usePushApi } from '../support/use-push-api.js';

const MEBIBYTE = 1_048_576;
const TOO_LARGE = {
  statusCode: 413,
  message: `The body is larger than ${MEBIBYTE} bytes.`,
  error: 'Payload Too Large',
};

@Controller()
class UploadController {
  @Post(['upload', 'chat/push/messages'])
  upload(@Body() body: { data: string }): number {
    return body.data.length;
  }
}

/** A body of exactly that many bytes. */
function bodyOf(bytes: number): string {
  const empty = JSON.stringify({ to: 'nobody', data: '' });
  return JSON.stringify({ to: 'nobody', data: 'x'.repeat(bytes - empty.length) });
}

describe.each(ADAPTERS)('the body limit on %s', (adapter) => {
  const { app, request } = usePushApi(adapter);

  async function start(bodyLimit?: number): Promise<void> {
    await app.start({
      // A message may be as large as the body that brings it.
      push: { maxMessageBytes: 4 * MEBIBYTE },
      imports: [PushApiModule.forRoot({ apiKeys: [KEY], bodyLimit })],
      controllers: [UploadController],
    });
  }

  function post(path = '/push/messages'): supertest.Test {
    return request('post', path).type('json');
  }

  it('is 1 MiB, to the byte', async () => {
    await start();
    await post().send(bodyOf(MEBIBYTE)).expect(202);
    const answer = await post().send(bodyOf(MEBIBYTE + 1));
    expect(answer.body).toEqual(TOO_LARGE);
  });

  it('counts a body that does not tell its length', async () => {
    await start();
    const body = bodyOf(MEBIBYTE + 1);
    const chunks = new ReadableStream({
      start(controller) {
        for (let at = 0; at < body.length; at += 65_536) {
          controller.enqueue(new TextEncoder().encode(body.slice(at, at + 65_536)));
        }
        controller.close();
      },
    });
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: chunks, duplex: 'half' };
    const answer = await fetch(`${app.http}/push/messages`, init as RequestInit);
    expect(await answer.json()).toEqual(TOO_LARGE);
  });

  it('is an option, smaller', async () => {
    await start(1_000);
    await post().send(bodyOf(1_000)).expect(202);
    await post().send(bodyOf(1_001)).expect(413);
  });

  it('is an option, larger', async () => {
    await start(3 * MEBIBYTE);
    await post()
      .send(bodyOf(3 * MEBIBYTE))
      .expect(202);
    await post()
      .send(bodyOf(3 * MEBIBYTE + 1))
      .expect(413);
  });

  it.each(['/upload', '/chat/push/messages'])(
    "leaves the application's %s as it is",
    async (path) => {
      const applicationsLimit = adapter === 'express' ? 102_400 : MEBIBYTE;
      await start(3 * MEBIBYTE);
      await post(path).send(bodyOf(applicationsLimit)).expect(201);
      await post(path)
        .send(bodyOf(applicationsLimit + 1))
        .expect(413);
    },
  );
});
