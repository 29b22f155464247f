import { describe, expect, it } from 'vitest';
import {
  Injectable,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { IsString } from 'class-validator';
import { map, Observable } from 'rxjs';
import { connectionOf, ConnectionRegistryService, UidGateway } from '../../src/index.js';
import { useApp } from '../support/use-app.js';

class TypingDto {
  @IsString()
  room!: string;
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
}

const app = useApp({ providers: [ChatGateway] });

describe("the application's pipes, guards and interceptors", () => {
  it('run on its own handlers', async () => {
    const client = await app.json('ada');
    expect(await client.exchange('chat.validated', { room: 'a' })).toMatchObject({ data: 'a' });
    expect(await client.exchange('chat.validated', { room: 1, x: 2 })).toMatchObject({
      event: 'error',
      data: {
        code: 'VALIDATION_FAILED',
        details: [
          { field: 'x', errors: ['property x should not exist'] },
          { field: 'room', errors: ['room must be a string'] },
        ],
      },
    });
    expect(await client.exchange('chat.guarded')).toMatchObject({ data: { code: 'FORBIDDEN' } });
    expect(await client.exchange('chat.intercepted')).toMatchObject({
      data: { wrapped: 'inside' },
    });
  });

  it("run before the module's own events when they are on a subclass of UidGateway", async () => {
    @UseGuards(AdminsOnly)
    class GuardedGateway extends UidGateway {}
    await app.start({ push: { gateway: GuardedGateway } });
    const [ada, admin] = [await app.json('ada'), await app.json('admin')];
    const denied = await ada.exchange('send', { to: 'admin', data: 1 });
    expect(denied).toMatchObject({ event: 'error', data: { code: 'FORBIDDEN' } });
    expect(await admin.exchange('send', { to: 'ada', data: 1 })).toMatchObject({ event: 'sent' });
    expect(await ada.next()).toMatchObject({ event: 'message', data: { from: 'admin', data: 1 } });
    const broken = await admin.exchange('send', { to: 'ada' });
    expect(broken).toMatchObject({
      data: { code: 'VALIDATION_FAILED', details: [{ field: 'data' }] },
    });
    admin.write({ event: 'send', data: { to: 'nobody', data: 1 } });
    expect(await admin.settle()).toEqual([]);
  });

  it('find on a subclass of UidGateway what its constructor asks Nest for', async () => {
    @Injectable()
    class CountingGateway extends UidGateway {
      constructor(private readonly service: ConnectionRegistryService) {
        super();
      }
      @SubscribeMessage('online')
      async online(): Promise<number> {
        return this.service.countUids();
      }
    }
    await app.start({ push: { gateway: CountingGateway } });
    const ada = await app.json('ada');
    expect(await ada.exchange('online')).toMatchObject({ event: 'online', data: 1 });
    expect(await ada.exchange('auth', { uid: 'ada' })).toMatchObject({ data: { uid: 'ada' } });
    const result = await ada.exchange('send', { to: 'nobody', data: 1 });
    expect(result).toMatchObject({ event: 'sent', data: { nodes: 0 } });
  });

  it("run before the module's own events when they are global, and the answers stay the same", async () => {
    const seen: string[] = [];
    class Global implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        seen.push(`${context.getType()} ${context.getHandler().name}`);
        return true;
      }
    }
    await app.start({
      configure: (app) => app.useGlobalGuards(new Global()).useGlobalPipes(new ValidationPipe()),
    });
    const ada = await app.json('ada');
    expect(await ada.exchange('send', { to: 'ada', data: 1 })).toMatchObject({ event: 'sent' });
    expect(seen).toEqual(['ws send']);
  });
});
