import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { frameContextOf } from './decorators.js';

/**
 * Notes what the handler of one of the module's own events answers, before interceptors of the
 * application see it: they are written for the application's answers, and a frame of the protocol
 * has the protocol's form. It stands last in line, next to the handler.
 */
@Injectable()
export class OwnReplyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const frame = frameContextOf(context);
    return next.handle().pipe(tap((reply) => frame?.answeredWith(reply)));
  }
}
