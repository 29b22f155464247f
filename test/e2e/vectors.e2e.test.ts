import { describe, expect, it } from 'vitest';
import { AllowAllRoutePolicy } from '../../src/index.js';
import type { JsonClient, JsonFrame, TextClient } from '../support/client.js';
import { codeOfText, readJsonFrame } from '../support/server-frames.js';
import { useSharedApp } from '../support/use-app.js';
import {
  firstVectors,
  laterVectors,
  payloadOf,
  serverVectors,
  type VectorAnswer,
  type VectorFrame,
} from '../support/vectors.js';

const app = useSharedApp({ push: { routePolicy: new AllowAllRoutePolicy(), history: {} } });

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
  else expect(await client.expectClose()).toEqual({ code: answer.close, reason: answer.code });
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
        const client = await app.connectJson({ protocols: offer });
        client.write(payloadOf(vector));
        expect(answerOf(await client.next())).toEqual(withoutClose(vector.answer!));
        await expectOutcome(client, vector.answer!);
      });
    },
  );

  it.each(laterVectors('json'))('are answered as the vector says: $name', async (vector) => {
    const client = await app.json('anna');
    client.write(payloadOf(vector));
    const came = (await client.settle()).filter(({ event }) => event !== 'message');
    expect(came.map(answerOf)).toEqual(vector.answer === null ? [] : [vector.answer]);
  });

  it.each(messagesOf('json'))('are written to the letter: $name', async ({ text, frame }) => {
    const client = await app.connect({ protocols: 'push.v1.json' });
    await client.authenticate('{"event":"auth","data":{"uid":"receiver"}}');
    await say('receiver', frame);
    const received = await client.next();
    const { data } = JSON.parse(received) as { data: { id: string; offset?: number } };
    const expected = text?.replace(frame.id, data.id);
    expect(received).toBe(expected?.replace(`"offset":${frame.offset}`, `"offset":${data.offset}`));
  });
});

describe('golden frames of text, over a socket', () => {
  const first = firstVectors('text');

  describe.each([{ offer: 'push.v1.text' }, { offer: [] }])(
    'as the first message of a client that offers $offer',
    ({ offer }) => {
      it.each(first)('are answered as the vector says: $name', async (vector) => {
        const client = await app.connectText({ protocols: offer });
        client.write(payloadOf(vector));
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
    const client = await app.text('anna');
    client.write(payloadOf(vector));
    // Frames are handled in order: what comes before this one is all that was answered.
    client.write('anna:that is all');
    await client.nextMessage((text) => text === 'that is all');
    const errors = client.takeAll().filter((text) => codeOfText(text) !== undefined);
    expect(errors.map(codeOfText)).toEqual(vector.answer === null ? [] : [vector.answer.code]);
  });

  it.each(messagesOf('text'))('are written to the letter: $name', async ({ text, frame }) => {
    const client = await app.text('reader');
    await say('reader', frame);
    expect(await client.next()).toBe(text);
  });
});

type MessageFrame = Extract<VectorFrame, { kind: 'message' }>;

function messagesOf(codec: 'json' | 'text') {
  return serverVectors(codec).flatMap(({ name, frame, text }) =>
    frame.kind === 'message' ? [{ name, frame, text }] : [],
  );
}

/** Has the client, or the application, that the vector names send the message to the uid. */
async function say(to: string, { from, data, offset }: MessageFrame): Promise<void> {
  if (from === undefined) {
    await app.push.sendToUid(to, data, { retain: offset !== undefined });
    return;
  }
  const sender = await app.json(from);
  await sender.exchange('send', { to, data });
}
