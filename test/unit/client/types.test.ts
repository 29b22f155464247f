import { describe, expectTypeOf, it } from 'vitest';
import type { PushClient, ReceivedMessage } from '../../../src/client/index.js';

interface ShopEvents {
  message: { type: 'shipped'; id: string } | { type: 'note'; text: string };
  request: { data: { question: string }; answer: 'yes' | 'no' };
  emits: {
    'cart:add': { data: { article: string }; reply: { items: number } };
    'cart:clear': { reply: boolean };
    typing: { data: string };
  };
  receives: { price: { cents: number }; sold: string };
}

type Shop = PushClient<ShopEvents>;

describe('a map of events', () => {
  it('types messages, both ways', () => {
    type Message = ShopEvents['message'];
    expectTypeOf<Parameters<Shop['send']>[1]>().toEqualTypeOf<Message>();
    expectTypeOf<Parameters<Shop['broadcast']>[0]>().toEqualTypeOf<Message>();
    const onMessage = (client: Shop) =>
      client.on('message', (message) => {
        expectTypeOf(message).toEqualTypeOf<ReceivedMessage<Message>>();
      });
    const read = async (client: Shop) => {
      for await (const { data } of client.messages()) expectTypeOf(data).toEqualTypeOf<Message>();
    };
    expectTypeOf([onMessage, read]).toBeArray();
  });

  it('types events of the application with their replies', () => {
    const emit = (client: Shop) => {
      expectTypeOf(client.emit('cart:add', { article: 'a' })).resolves.toEqualTypeOf<{
        items: number;
      }>();
      expectTypeOf(client.emit('cart:clear')).resolves.toEqualTypeOf<boolean>();
      expectTypeOf(
        client.emit('typing', 'x', { reply: false }),
      ).resolves.toEqualTypeOf<undefined>();
      // @ts-expect-error no such event
      void client.emit('cart:sell');
      // @ts-expect-error the data is missing
      void client.emit('cart:add');
      // @ts-expect-error other data
      void client.emit('cart:add', { article: 7 });
      // @ts-expect-error no data
      void client.emit('cart:clear', 7);
    };
    const listen = (client: Shop) =>
      client.on('event', (event) => {
        if (event.event === 'price') expectTypeOf(event.data).toEqualTypeOf<{ cents: number }>();
        else expectTypeOf(event).toEqualTypeOf<{ event: 'sold'; data: string }>();
      });
    expectTypeOf([emit, listen]).toBeArray();
  });

  it('types requests and their answers', () => {
    const answer = (client: Shop) => {
      client.onRequest(({ question }) => (question === '' ? 'no' : 'yes'));
      // @ts-expect-error another answer
      client.onRequest(() => 'maybe');
    };
    expectTypeOf(answer).toBeFunction();
  });

  it('may be left out: everything is unknown then', () => {
    type Message = Parameters<PushClient['send']>[1];
    expectTypeOf<Message>().toBeUnknown();
    const emit = (client: PushClient) => {
      expectTypeOf(client.emit('any', 1)).resolves.toBeUnknown();
      void client.emit('any');
    };
    expectTypeOf(emit).toBeFunction();
  });
});
