import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { PushException } from '../protocol/push.exception.js';
import { toHttpException } from './http-exception.js';

/**
 * Turns a `PushException` of our routes into the HttpException for it: that of a request to the
 * push API is none of the application's, whose filters format it as they do all others.
 */
@Injectable()
export class PushExceptionInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw error instanceof PushException ? toHttpException(error) : error;
      }),
    );
  }
}
