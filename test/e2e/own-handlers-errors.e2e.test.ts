import { describe, expect, it } from 'vitest';
import {
  BadRequestException,
  Catch,
  ForbiddenException,
  UseFilters,
  type ArgumentsHost,
  type WsExceptionFilter,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { Observable, throwError } from 'rxjs';
import { connectionOf, PushException } from '../../src/index.js';
import { useApp } from '../support/use-app.js';

@Catch(WsException)
class ShoutingFilter implements WsExceptionFilter {
  catch(exception: WsException, host: ArgumentsHost): void {
    connectionOf(host);
    throw new PushException('SHOUTED', exception.message.toUpperCase());
  }
}

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('chat.broken-stream')
  brokenStream(): Observable<never> {
    return throwError(() => new WsException('the stream broke'));
  }

  @SubscribeMessage('chat.fail')
  fail(@MessageBody() kind: string): never {
    if (kind === 'http') throw new ForbiddenException('not in this room');
    if (kind === 'bad') throw new BadRequestException('room is closed');
    if (kind === 'ws') throw new WsException({ code: 'ROOM_FULL', message: 'The room is full.' });
    throw new Error('a secret of the server');
  }

  @SubscribeMessage('chat.circular')
  circular(): object {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    return circle;
  }
}

const app = useApp({ providers: [ChatGateway] });

describe("errors of the application's own handlers", () => {
  it.each([
    ['http', 'FORBIDDEN', 'not in this room'],
    ['bad', 'VALIDATION_FAILED', 'room is closed'],
    ['ws', 'ROOM_FULL', 'The room is full.'],
    ['unknown', 'INTERNAL', 'The server could not handle this frame.'],
  ])('are an error frame, by what was thrown (%s): code %s', async (kind, code, message) => {
    const client = await app.json('ada');
    const reply = await client.exchange('chat.fail', kind);
    expect(reply).toEqual({ event: 'error', id: reply.id, data: { code, message } });
  });

  it('carry the id of the frame when an Observable ends in one', async () => {
    const client = await app.json('ada');
    const reply = await client.exchange('chat.broken-stream');
    expect(reply).toMatchObject({ event: 'error', data: { code: 'REJECTED' } });
  });

  it('are INTERNAL for an answer that has no JSON form, and the process lives', async () => {
    const client = await app.json('ada');
    expect(await client.exchange('chat.circular')).toMatchObject({ data: { code: 'INTERNAL' } });
    expect(await client.settle()).toEqual([]);
  });

  it('come to a filter of the application first', async () => {
    @UseFilters(ShoutingFilter)
    @WebSocketGateway()
    class Shouting {
      @SubscribeMessage('shout')
      shout(): never {
        throw new WsException('quiet please');
      }
    }
    await app.start({ providers: [Shouting] });
    const client = await app.json('ada');
    const reply = await client.exchange('shout');
    expect(reply).toMatchObject({ data: { code: 'SHOUTED', message: 'QUIET PLEASE' } });
  });
});
