import {
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiKeys } from './api-keys.js';

/** Lets through who sends one of the keys; answers 401 to everyone else. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly keys: ApiKeys,
    private readonly host: HttpAdapterHost,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp();
    this.check(http.getRequest<{ headers: IncomingHttpHeaders }>().headers, http.getResponse());
    return true;
  }

  /** @throws UnauthorizedException, having told the response which scheme is wanted */
  check(headers: IncomingHttpHeaders, response: unknown): void {
    if (this.keys.identify(headers.authorization) !== undefined) return;
    this.host.httpAdapter.setHeader(response, 'WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException('Send a valid key: "Authorization: Bearer <key>".');
  }
}
