import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiKeyGuard } from '../http/api-key.guard.js';
import { ApiKeys } from '../http/api-keys.js';
import { PUSH_ADMIN_OPTIONS, type CheckedPushAdminOptions } from './push-admin.options.js';

/** Asks for a key where the view has keys. Where it has guards, those were asked before. */
@Injectable()
export class OperatorGuard implements CanActivate {
  private readonly keys: ApiKeyGuard | null;

  constructor(
    @Inject(PUSH_ADMIN_OPTIONS) { apiKeys }: CheckedPushAdminOptions,
    host: HttpAdapterHost,
  ) {
    this.keys = apiKeys === undefined ? null : new ApiKeyGuard(new ApiKeys({ apiKeys }), host);
  }

  canActivate(context: ExecutionContext): boolean {
    return this.keys === null || this.keys.canActivate(context);
  }
}
