import { describe, expect, it } from 'vitest';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { concat, from, NEVER, Observable, of } from 'rxjs';
import { Connection, Uid, type PushSocket } from '../../src/index.js';
import { eventsOf } from '../support/events.js';
import { useApp } from '../support/use-app.js';

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('chat.typing')
  typing(@Uid() uid: string, @Connection() connection: Connection, @MessageBody() room: string) {
    connection.attributes.set('room', room);
    return { event: 'chat.seen', data: { uid, room, id: connection.connectionId } };
  }

  @SubscribeMessage('chat.plain')
  plain(@MessageBody() body: unknown) {
    return Promise.resolve(body);
  }

  @SubscribeMessage('chat.silent')
  silent(): void {}

  @SubscribeMessage('chat.count')
  count(): Observable<number> {
    return from([1, 2, 3]);
  }

  @SubscribeMessage('chat.endless')
  endless(): Observable<string> {
    return concat(of('first'), NEVER);
  }
}

const app = useApp({ providers: [ChatGateway] });

describe("the application's own handlers on the same socket", () => {
  it('get the uid, the connection and the data, and their return value is the reply', async () => {
    const client = await app.json('ada');
    const reply = await client.exchange('chat.typing', 'lobby');
    expect(reply).toEqual({
      event: 'chat.seen',
      id: reply.id,
      data: { uid: 'ada', room: 'lobby', id: expect.stringMatching(/^@/) },
    });
    const [connection] = await app.push.connectionsOf('ada');
    expect(connection.attributes).toEqual({ room: 'lobby' });
  });

  it('reply under the event of the frame when they answer a plain value', async () => {
    const client = await app.json('ada');
    const reply = await client.exchange('chat.plain', [1]);
    expect(reply).toMatchObject({ event: 'chat.plain', data: [1] });
    client.write({ event: 'chat.plain', data: 'no id' });
    expect(await client.next()).toEqual({ event: 'chat.plain', data: 'no id' });
  });

  it('send no reply when they answer nothing', async () => {
    const client = await app.json('ada');
    client.write({ event: 'chat.silent', id: 1 });
    expect(await client.settle()).toEqual([]);
  });

  it('reply with every value of an Observable, each with the id of the frame', async () => {
    const client = await app.json('ada');
    client.write({ event: 'chat.count', id: 'n' });
    const replies = await client.settle();
    expect(replies).toEqual([1, 2, 3].map((data) => ({ event: 'chat.count', id: 'n', data })));
  });

  it('do not hold up later frames with an Observable that never ends', async () => {
    const client = await app.json('ada');
    client.write({ event: 'chat.endless', id: 1 });
    expect(await client.settle()).toEqual([{ event: 'chat.endless', id: 1, data: 'first' }]);
  });

  it('hear of connections once authenticated, and what their hooks throw ends nothing', async () => {
    const seen: string[] = [];
    @WebSocketGateway()
    class Hooks {
      handleConnection(client: PushSocket): Promise<void> {
        seen.push(`+${client.connection.uid}`);
        return Promise.reject(new Error('a hook failed'));
      }
      handleDisconnect(client: PushSocket): void {
        seen.push(`-${client.connection.uid}`);
        throw new Error('a hook failed');
      }
    }
    await app.start({ providers: [Hooks] });
    const client = await app.json('ada');
    const events = eventsOf(app.push);
    await client.close();
    await events.waitFor(({ type }) => type === 'offline');
    await app.json('bob');
    expect(seen).toEqual(['+ada', '-ada', '+bob']);
  });

  it('may not claim an event that has a handler already', async () => {
    @WebSocketGateway()
    class Greedy {
      @SubscribeMessage('send')
      send(): void {}
    }
    await expect(app.start({ providers: [Greedy] })).rejects.toThrow(
      /Greedy\.send subscribes to "send"/,
    );
  });
});
