import {
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  Param,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { ConnectionRegistryService, ErrorCode, PushException } from '../../src/index.js';
import { useApp } from '../support/use-app.js';
import { ADAPTERS } from '../support/use-push-api.js';

const UID_RULE = 'uid must be a string of 1 to 128 characters';

@Controller()
class OrdersController {
  constructor(private readonly push: ConnectionRegistryService) {}

  @Get('send/:uid')
  send(@Param('uid') uid: string): Promise<unknown> {
    return this.push.sendToUid(uid, 'shipped');
  }

  @Get('throw/:code')
  throw(@Param('code') code: string): never {
    throw new PushException(code, 'What to do.');
  }
}

/** An application's filter for everything, which knows HttpException and nothing of ours. */
@Catch()
@Injectable()
class EverythingFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(exception: Error, host: ArgumentsHost): void {
    const body = {
      seen: exception.constructor.name,
      isHttp: exception instanceof HttpException,
      status: (exception as PushException).status,
    };
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), body, 418);
  }
}

/** What the log said of errors since the application began. */
let errors: unknown[];

describe.each(ADAPTERS)('a PushException that a controller lets through, on %s', (adapter) => {
  const app = useApp({ controllers: [OrdersController] });

  async function start(options: Parameters<typeof app.start>[0] = {}): Promise<void> {
    errors = [];
    const error = (...line: unknown[]) => void errors.push(line);
    await app.start({ adapter, logger: { log() {}, warn() {}, error }, ...options });
  }

  async function get(path: string): Promise<supertest.Response> {
    return supertest(app.http).get(path);
  }

  it('answers 400 with its code, names the field, and leaves the log alone', async () => {
    await start();
    const answer = await get('/send/all');
    expect(answer.body).toEqual({
      statusCode: 400,
      code: 'VALIDATION_FAILED',
      message: [expect.stringContaining(UID_RULE)],
      error: 'Bad Request',
    });
    expect(answer.status).toBe(400);
    expect(errors).toEqual([]);
  });

  it.each([
    [ErrorCode.AUTH_REQUIRED, 401, 'Unauthorized'],
    [ErrorCode.FORBIDDEN, 403, 'Forbidden'],
    [ErrorCode.NOT_FOUND, 404, 'Not Found'],
    [ErrorCode.CONFLICT, 409, 'Conflict'],
    [ErrorCode.REJECTED, 409, 'Conflict'],
    [ErrorCode.PAYLOAD_TOO_LARGE, 413, 'Payload Too Large'],
    [ErrorCode.RATE_LIMITED, 429, 'Too Many Requests'],
    [ErrorCode.UNAVAILABLE, 503, 'Service Unavailable'],
    ['OUT_OF_STOCK', 400, 'Bad Request'],
  ])('answers %s with %s', async (code, statusCode, error) => {
    await start();
    const answer = await get(`/throw/${code}`);
    expect(answer.body).toEqual({ statusCode, code, message: 'What to do.', error });
    expect(answer.status).toBe(statusCode);
    expect(errors).toEqual([]);
  });

  it('answers INTERNAL with 500, without its message, and tells the log', async () => {
    await start();
    const answer = await get('/throw/INTERNAL');
    expect(answer.body).toEqual({ statusCode: 500, message: 'Internal Server Error' });
    expect(errors).toHaveLength(1);
  });

  it.each([
    ['a provider', { providers: [{ provide: APP_FILTER, useClass: EverythingFilter }] }],
    [
      'useGlobalFilters',
      {
        configure: (nest: ReturnType<typeof useApp>['nest']) =>
          void nest.useGlobalFilters(new EverythingFilter(nest.get(HttpAdapterHost))),
      },
    ],
  ])('is seen as it is by a filter of the application, given by %s', async (_, options) => {
    await start(options);
    const answer = await get('/send/all');
    expect(answer.body).toEqual({ seen: 'PushException', isHttp: false, status: 400 });
  });

  it('has its status where a filter of the application leaves it to Nest', async () => {
    @Catch()
    class Leaving extends BaseExceptionFilter {}
    await start({ providers: [{ provide: APP_FILTER, useClass: Leaving }] });
    const answer = await get('/throw/NOT_FOUND');
    expect(answer.body).toEqual({ statusCode: 404, message: 'What to do.' });
  });
});
