import {
  BadRequestException,
  Injectable,
  ServiceUnavailableException,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { ErrorCode } from '../protocol/codes.js';
import { PushException, type FieldError } from '../protocol/push.exception.js';

/**
 * Turns a `PushException` into the HttpException for it. An interceptor and not a filter, so
 * that filters of the application format these errors as they do all others.
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

/** The exception itself where it has no HTTP form: a fault of the server. */
function toHttpException(exception: PushException): Error {
  switch (exception.code) {
    case ErrorCode.VALIDATION_FAILED:
      return new BadRequestException(exception.details?.flatMap(sentences) ?? [exception.message]);
    case ErrorCode.UNAVAILABLE:
      return new ServiceUnavailableException(exception.message);
    default:
      return exception;
  }
}

/** Each broken rule as a sentence that begins with the field. */
function sentences({ field, errors }: FieldError): string[] {
  return errors.map((error) => (error.startsWith(field) ? error : `${field}: ${error}`));
}
