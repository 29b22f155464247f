import { describe, expect, it } from 'vitest';
import {
  Injectable,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { SubscribeMessage } from '@nestjs/websockets';
import { EMPTY, map, of, type Observable } from 'rxjs';
import { PushGateway } from '../../src/index.js';
import { useApp } from '../support/use-app.js';

/** As every second application has it for its HTTP answers. */
@Injectable()
class Envelope implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ success: true, data })));
  }
}

/** Answers in the place of whoever comes after it. */
@Injectable()
class Answering implements NestInterceptor {
  constructor(private readonly answer: Observable<unknown>) {}

  intercept(): Observable<unknown> {
    return this.answer;
  }
}

interface HttpRequest {
  headers: Record<string, string | undefined>;
}

/** Written for HTTP alone. */
@Injectable()
class HttpOnlyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<HttpRequest>().headers.authorization === 'ok';
  }
}

@Injectable()
class ForbiddingGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@PushGateway()
class ChatGateway {
  @SubscribeMessage('chat')
  chat(): string {
    return 'hi';
  }

  @SubscribeMessage('circular')
  circular(): object {
    const circle: Record<string, unknown> = {};
    circle.circle = circle;
    return circle;
  }
}

const app = useApp({ providers: [ChatGateway] });

describe('a global interceptor', () => {
  const events: [string, unknown, unknown][] = [
    ['ping', undefined, { event: 'pong' }],
    ['send', { to: 'ada', data: 1 }, { event: 'sent', data: { nodes: 1 } }],
    ['broadcast', { data: 1 }, { event: 'error', data: { code: 'FORBIDDEN' } }],
    ['auth', { uid: 'ada' }, { event: 'auth', data: { uid: 'ada' } }],
  ];

  it.each(events)("leaves %s in the protocol's form", async (event, data, reply) => {
    await app.start({ configure: (nest) => nest.useGlobalInterceptors(new Envelope()) });
    const client = await app.json('ada');
    expect(await client.exchange(event, data)).toMatchObject(reply as object);
  });

  it('shapes the answers of the application', async () => {
    await app.start({ configure: (nest) => nest.useGlobalInterceptors(new Envelope()) });
    const client = await app.json('ada');
    expect(await client.exchange('chat')).toMatchObject({ data: { success: true, data: 'hi' } });
  });

  it.each([
    ['something', of('cached')],
    ['nothing', EMPTY],
  ])('that answers %s in the place of the module has the frame refused', async (_what, answer) => {
    await app.start({ configure: (nest) => nest.useGlobalInterceptors(new Answering(answer)) });
    const client = await app.json('ada');
    expect(await client.exchange('ping')).toMatchObject({
      event: 'error',
      data: { code: 'REJECTED' },
    });
  });
});

describe('a global guard', () => {
  it('decides over frames', async () => {
    await app.start({ configure: (nest) => nest.useGlobalGuards(new ForbiddingGuard()) });
    const client = await app.json('ada');
    expect(await client.exchange('ping')).toMatchObject({ data: { code: 'FORBIDDEN' } });
  });

  it('that takes a socket for HTTP is reported once, by its name', async () => {
    const errors: string[] = [];
    await app.start({
      logger: {
        log: () => undefined,
        warn: () => undefined,
        error: (line: string) => void errors.push(line),
      },
      configure: (nest) => nest.useGlobalGuards(new HttpOnlyGuard()),
    });
    const client = await app.json('ada');
    for (const event of ['ping', 'chat', 'ping']) {
      expect(await client.exchange(event)).toMatchObject({ data: { code: 'INTERNAL' } });
    }
    expect(errors).toEqual([
      expect.stringMatching(
        /^HttpOnlyGuard\.canActivate fails on frames of the push socket .*once/,
      ),
    ]);
  });
});

describe('an answer without a JSON form', () => {
  it('is logged with its event, gateway and method', async () => {
    const errors: string[] = [];
    await app.start({
      logger: {
        log: () => undefined,
        warn: () => undefined,
        error: (line: string) => void errors.push(line),
      },
    });
    const client = await app.json('ada');
    expect(await client.exchange('circular')).toMatchObject({ data: { code: 'INTERNAL' } });
    expect(errors).toEqual([
      expect.stringMatching(/^What ChatGateway\.circular answers to "circular" has no JSON form: /),
    ]);
  });
});
