import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AllowAllRoutePolicy } from '../../src/index.js';
import { startApp, type RunningApp } from '../support/app.js';
import {
  closeAll,
  connect,
  connectJson,
  connectText,
  type JsonClient,
  type JsonFrame,
  type TextClient,
} from '../support/client.js';
import { codeOfText, readJsonFrame } from '../support/server-frames.js';
import {
  firstVectors,
  laterVectors,
  payloadOf,
  serverVectors,
  type VectorAnswer,
  type VectorFrame,
} from '../support/vectors.js';

let running: RunningApp;

beforeAll(async () => {
  running = await startApp({ push: { routePolicy: new AllowAllRoutePolicy() } });
});
afterEach(closeAll);
afterAll(() => running.close());

/** A json frame as a vector writes an answer, having the form that PROTOCOL.md promises. */
function answerOf(frame: JsonFrame): VectorAnswer {
  readJsonFrame(JSON.stringify(frame));
  const { event, id, data } = frame;
  const withId = id === undefined ? { event } : { event, id };
  if (event !== 'error') return withId;
  const { code, details } = data as { code: string; details?: { field: string }[] };
  const fields = details?.map(({ field }) => field).sort();
  return fields === undefined ? { ...withId, code } : { ...withId, code, fields };
}

function withoutClose(answer: VectorAnswer): VectorAnswer {
  const { close, ...rest } = answer;
  void close;
  return rest;
}

async function expectOutcome(client: JsonClient | TextClient, answer: VectorAnswer): Promise<void> {
  if (answer.close === undefined) expect(client.isOpen).toBe(true);
  else expect(await client.waitForClose()).toEqual({ code: answer.close, reason: answer.code });
}

describe('golden frames of json, over a socket', () => {
  const first = firstVectors('json');
  const offers = [
    { offer: 'push.v1.json', vectors: first },
    { offer: [], vectors: first.filter(({ text, hex }) => text?.startsWith('{') ?? hex) },
  ];

  describe.each(offers)(
    'as the first message of a client that offers $offer',
    ({ offer, vectors }) => {
      it.each(vectors)('are answered as the vector says: $name', async (vector) => {
        const client = await connectJson(running.url, { protocols: offer });
        client.send(payloadOf(vector));
        expect(answerOf(await client.next())).toEqual(withoutClose(vector.answer!));
        await expectOutcome(client, vector.answer!);
      });
    },
  );

  it.each(laterVectors('json'))('are answered as the vector says: $name', async (vector) => {
    const client = await connectJson(running.url);
    await client.login('anna');
    client.send(payloadOf(vector));
    const came = (await client.settle()).filter(({ event }) => event !== 'message');
    expect(came.map(answerOf)).toEqual(vector.answer === null ? [] : [vector.answer]);
  });

  it.each(messagesOf('json'))('are written to the letter: $name', async ({ text, frame }) => {
    const client = await connect(running.url, { protocols: 'push.v1.json' });
    await client.login('{"event":"auth","data":{"uid":"receiver"}}');
    await say(frame);
    const received = await client.next();
    const { data } = JSON.parse(received) as { data: { id: string } };
    expect(received).toBe(text?.replace(frame.id, data.id));
  });
});

describe('golden frames of text, over a socket', () => {
  const first = firstVectors('text');

  describe.each([{ offer: 'push.v1.text' }, { offer: [] }])(
    'as the first message of a client that offers $offer',
    ({ offer }) => {
      it.each(first)('are answered as the vector says: $name', async (vector) => {
        const client = await connectText(running.url, { protocols: offer });
        client.send(payloadOf(vector));
        const answer = await client.next();
        if (vector.answer!.event === 'auth') {
          expect(answer).toBe(`Connexion réussie, votre uid est ${vector.text}`);
        } else {
          expect(codeOfText(answer)).toBe(vector.answer!.code);
        }
        await expectOutcome(client, vector.answer!);
      });
    },
  );

  it.each(laterVectors('text'))('are answered as the vector says: $name', async (vector) => {
    const client = await connectText(running.url);
    await client.login('anna');
    client.send(payloadOf(vector));
    // Frames are handled in order: what comes before this one is all that was answered.
    client.send('anna:that is all');
    await client.waitForMessage((text) => text === 'that is all');
    const errors = client.takeAll().filter((text) => codeOfText(text) !== undefined);
    expect(errors.map(codeOfText)).toEqual(vector.answer === null ? [] : [vector.answer.code]);
  });

  it.each(messagesOf('text'))('are written to the letter: $name', async ({ text, frame }) => {
    const client = await connectText(running.url);
    await client.login('receiver');
    await say(frame);
    expect(await client.next()).toBe(text);
  });
});

type MessageFrame = Extract<VectorFrame, { kind: 'message' }>;

function messagesOf(codec: 'json' | 'text') {
  return serverVectors(codec).flatMap(({ name, frame, text }) =>
    frame.kind === 'message' ? [{ name, frame, text }] : [],
  );
}

/** Has the client, or the application, that the vector names send the message to `receiver`. */
async function say({ from, data }: MessageFrame): Promise<void> {
  if (from === undefined) {
    await running.push.sendToUid('receiver', data);
    return;
  }
  const sender = await connectJson(running.url);
  await sender.login(from);
  await sender.request('send', { to: 'receiver', data });
}
