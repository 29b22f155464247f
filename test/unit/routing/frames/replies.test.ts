import { expect, it } from 'vitest';
import type { Connection } from '../../../../src/registry/connection.js';
import type { OutboundFrame } from '../../../../src/registry/transport.js';
import { Replies, type Reply } from '../../../../src/routing/frames/replies.js';

/** A connection that keeps what is sent to it, and the replies that it awaits. */
function awaiting() {
  const sent: string[] = [];
  const answer = ({ text }: OutboundFrame): number => sent.push(text);
  const source = {
    connection: { answer } as unknown as Connection,
    replies: null as Replies | null,
  };
  const replies = new Replies(source);
  source.replies = replies;
  return { sent, source, replies };
}

/** A reply that comes when it is told to. */
function later(replies: Replies): (reply: Reply) => Promise<void> {
  let resolve!: (reply: Reply) => void;
  const promise = new Promise<Reply>((settle) => (resolve = settle));
  replies.await(promise);
  return async (reply) => {
    resolve(reply);
    await promise;
  };
}

it('replies go out in the order of their frames, whichever comes first', async () => {
  const { sent, replies } = awaiting();
  const [first, second] = [later(replies), later(replies)];
  replies.add('third');
  const fourth = later(replies);
  await second('second');
  await fourth('fourth');
  expect(sent).toEqual([]);
  await first('first');
  expect(sent).toEqual(['first', 'second', 'third', 'fourth']);
});

it('a frame that is not answered takes its turn without a word', async () => {
  const { sent, replies } = awaiting();
  const [first, second] = [later(replies), later(replies)];
  await second('second');
  await first(undefined);
  expect(sent).toEqual(['second']);
});

it('whoever waits goes on when few enough are awaited', async () => {
  const { replies } = awaiting();
  const [first, second] = [later(replies), later(replies)];
  const steps: string[] = [];
  const waiting = replies.fewerThan(2).then(() => steps.push('goes on'));
  await second('second');
  expect(replies.count).toBe(2);
  steps.push('the first comes');
  await first('first');
  await waiting;
  expect(steps).toEqual(['the first comes', 'goes on']);
});

it('nothing is kept when nothing is awaited any more', async () => {
  const { source, replies } = awaiting();
  const first = later(replies);
  expect(source.replies).toBe(replies);
  await first('first');
  expect(source.replies).toBeNull();
});
