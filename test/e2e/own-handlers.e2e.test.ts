import { afterEach, describe, expect, it } from 'vitest';
import {
  BadRequestException,
  Catch,
  ForbiddenException,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type WsExceptionFilter,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { IsString } from 'class-validator';
import { concat, from, map, NEVER, Observable, of, throwError } from 'rxjs';
import {
  Connection,
  connectionOf,
  PushException,
  Uid,
  UidGateway,
  type PushSocket,
} from '../../src/index.js';
import { startApp, type AppOptions, type RunningApp } from '../support/app.js';
import { closeAll, connectJson } from '../support/client.js';

let running: RunningApp;

async function start(options: AppOptions): Promise<RunningApp> {
  return (running = await startApp(options));
}

async function login(options: AppOptions, uid = 'ada') {
  const { url } = await start(options);
  const client = await connectJson(url);
  await client.login(uid);
  return client;
}

afterEach(async () => {
  await closeAll();
  await running?.close();
});

class TypingDto {
  @IsString()
  room!: string;
}

@Catch(WsException)
class ShoutingFilter implements WsExceptionFilter {
  catch(exception: WsException, host: ArgumentsHost): void {
    connectionOf(host);
    throw new PushException('SHOUTED', exception.message.toUpperCase());
  }
}

@Injectable()
class AdminsOnly implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return connectionOf(context).uid === 'admin';
  }
}

@Injectable()
class Wrap implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((value: unknown) => ({ wrapped: value })));
  }
}

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

  @SubscribeMessage('chat.broken-stream')
  brokenStream(): Observable<never> {
    return throwError(() => new WsException('the stream broke'));
  }

  @UsePipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }))
  @SubscribeMessage('chat.validated')
  validated(@MessageBody() { room }: TypingDto): string {
    return room;
  }

  @UseGuards(AdminsOnly)
  @SubscribeMessage('chat.guarded')
  guarded(): string {
    return 'welcome, admin';
  }

  @UseInterceptors(Wrap)
  @SubscribeMessage('chat.intercepted')
  intercepted(): string {
    return 'inside';
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

describe("the application's own handlers on the same socket", () => {
  it('get the uid, the connection and the data, and their return value is the reply', async () => {
    const client = await login({ providers: [ChatGateway] });
    const reply = await client.request('chat.typing', 'lobby');
    expect(reply).toEqual({
      event: 'chat.seen',
      id: reply.id,
      data: { uid: 'ada', room: 'lobby', id: expect.stringMatching(/^@/) },
    });
    const [connection] = await running.push.connectionsOf('ada');
    expect(connection.attributes).toEqual({ room: 'lobby' });
  });

  it('reply under the event of the frame when they answer a plain value', async () => {
    const client = await login({ providers: [ChatGateway] });
    const reply = await client.request('chat.plain', [1]);
    expect(reply).toMatchObject({ event: 'chat.plain', data: [1] });
    client.send({ event: 'chat.plain', data: 'no id' });
    expect(await client.next()).toEqual({ event: 'chat.plain', data: 'no id' });
  });

  it('send no reply when they answer nothing', async () => {
    const client = await login({ providers: [ChatGateway] });
    client.send({ event: 'chat.silent', id: 1 });
    expect(await client.settle()).toEqual([]);
  });

  it('reply with every value of an Observable, each with the id of the frame', async () => {
    const client = await login({ providers: [ChatGateway] });
    client.send({ event: 'chat.count', id: 'n' });
    const replies = await client.settle();
    expect(replies).toEqual([1, 2, 3].map((data) => ({ event: 'chat.count', id: 'n', data })));
  });

  it('do not hold up later frames with an Observable that never ends', async () => {
    const client = await login({ providers: [ChatGateway] });
    client.send({ event: 'chat.endless', id: 1 });
    expect(await client.settle()).toEqual([{ event: 'chat.endless', id: 1, data: 'first' }]);
  });

  it('report the error of an Observable with the id of the frame', async () => {
    const client = await login({ providers: [ChatGateway] });
    const reply = await client.request('chat.broken-stream');
    expect(reply).toMatchObject({ event: 'error', data: { code: 'REJECTED' } });
  });

  it('have their pipes, guards and interceptors run', async () => {
    const client = await login({ providers: [ChatGateway] });
    expect(await client.request('chat.validated', { room: 'a' })).toMatchObject({ data: 'a' });
    expect(await client.request('chat.validated', { room: 1, x: 2 })).toMatchObject({
      event: 'error',
      data: {
        code: 'VALIDATION_FAILED',
        details: [
          { field: 'x', errors: ['property x should not exist'] },
          { field: 'room', errors: ['room must be a string'] },
        ],
      },
    });
    expect(await client.request('chat.guarded')).toMatchObject({ data: { code: 'FORBIDDEN' } });
    expect(await client.request('chat.intercepted')).toMatchObject({ data: { wrapped: 'inside' } });
  });

  it.each([
    ['http', 'FORBIDDEN', 'not in this room'],
    ['bad', 'VALIDATION_FAILED', 'room is closed'],
    ['ws', 'ROOM_FULL', 'The room is full.'],
    ['unknown', 'INTERNAL', 'The server could not handle this frame.'],
  ])(
    'have what they throw (%s) become an error frame with code %s',
    async (kind, code, message) => {
      const client = await login({ providers: [ChatGateway] });
      const reply = await client.request('chat.fail', kind);
      expect(reply).toEqual({ event: 'error', id: reply.id, data: { code, message } });
    },
  );

  it('that answer what has no JSON form are an INTERNAL error, and the process lives', async () => {
    const client = await login({ providers: [ChatGateway] });
    expect(await client.request('chat.circular')).toMatchObject({ data: { code: 'INTERNAL' } });
    expect(await client.settle()).toEqual([]);
  });

  it('hear of connections once authenticated, and what their hooks throw ends nothing', async () => {
    const seen: string[] = [];
    @WebSocketGateway()
    class Hooks {
      handleConnection(client: PushSocket): Promise<void> {
        seen.push(`+${client.connection!.uid}`);
        return Promise.reject(new Error('a hook failed'));
      }
      handleDisconnect(client: PushSocket): void {
        seen.push(`-${client.connection!.uid}`);
        throw new Error('a hook failed');
      }
    }
    const client = await login({ providers: [Hooks] });
    const gone = new Promise<void>((resolve) =>
      running.push.events$.subscribe(({ type }) => type === 'offline' && resolve()),
    );
    await client.close();
    await gone;
    const other = await connectJson(running.url);
    await other.login('bob');
    expect(seen).toEqual(['+ada', '-ada', '+bob']);
  });

  it('may not claim an event that has a handler already', async () => {
    @WebSocketGateway()
    class Greedy {
      @SubscribeMessage('send')
      send(): void {}
    }
    await expect(startApp({ providers: [Greedy] })).rejects.toThrow(
      /Greedy\.send subscribes to "send"/,
    );
  });
});

describe("the application's guards, pipes and filters before the module's own events", () => {
  it('run when they are on a subclass of UidGateway', async () => {
    @UseGuards(AdminsOnly)
    class GuardedGateway extends UidGateway {}
    const { url } = await start({ push: { gateway: GuardedGateway } });
    const [ada, admin] = [await connectJson(url), await connectJson(url)];
    await ada.login('ada');
    await admin.login('admin');
    const denied = await ada.request('send', { to: 'admin', data: 1 });
    expect(denied).toMatchObject({ event: 'error', data: { code: 'FORBIDDEN' } });
    expect(await admin.request('send', { to: 'ada', data: 1 })).toMatchObject({ event: 'sent' });
    expect(await ada.next()).toMatchObject({ event: 'message', data: { from: 'admin', data: 1 } });
    const broken = await admin.request('send', { to: 'ada' });
    expect(broken).toMatchObject({
      data: { code: 'VALIDATION_FAILED', details: [{ field: 'data' }] },
    });
    admin.send({ event: 'send', data: { to: 'nobody', data: 1 } });
    expect(await admin.settle()).toEqual([]);
  });

  it('run when they are global, and the answers stay the same', async () => {
    const seen: string[] = [];
    class Global implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        seen.push(`${context.getType()} ${context.getHandler().name}`);
        return true;
      }
    }
    const { url } = await start({
      configure: (app) => app.useGlobalGuards(new Global()).useGlobalPipes(new ValidationPipe()),
    });
    const ada = await connectJson(url);
    await ada.login('ada');
    expect(await ada.request('send', { to: 'ada', data: 1 })).toMatchObject({ event: 'sent' });
    expect(seen).toEqual(['ws send']);
  });

  it('leave a filter of the application the first word', async () => {
    @UseFilters(ShoutingFilter)
    @WebSocketGateway()
    class Shouting {
      @SubscribeMessage('shout')
      shout(): never {
        throw new WsException('quiet please');
      }
    }
    const client = await login({ providers: [Shouting] });
    const reply = await client.request('shout');
    expect(reply).toMatchObject({ data: { code: 'SHOUTED', message: 'QUIET PLEASE' } });
  });
});
