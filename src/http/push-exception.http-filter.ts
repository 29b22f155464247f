import { Catch, Injectable, type ArgumentsHost } from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter } from '@nestjs/core';
import { ErrorCode } from '../protocol/codes.js';
import { PushException } from '../protocol/push.exception.js';
import { toHttpException } from './http-exception.js';

/**
 * Answers a `PushException` that a controller of the application lets through with its status,
 * and writes nothing into the log: it is the caller's mistake, or was reported where it began.
 */
@Catch(PushException)
@Injectable()
export class PushExceptionHttpFilter extends BaseExceptionFilter<Error> {
  constructor(config: ApplicationConfig) {
    super();
    // First in the list is last in line, so each filter of the application is asked before it.
    config.getGlobalFilters().unshift(this);
  }

  override catch(exception: PushException, host: ArgumentsHost): void {
    // Global filters are asked in GraphQL and microservices too, which have answers of their own.
    if (host.getType() !== 'http') return;
    const isFault = exception.code === ErrorCode.INTERNAL;
    super.catch(isFault ? exception : toHttpException(exception), host);
  }
}
