import type { Provider } from '@nestjs/common';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { BodyLimit } from './body-limit.js';
import { BodyRoutes } from './body-routes.js';
import { IdempotencyWindow } from './idempotency-window.js';

export const pushApiProviders: Provider[] = [
  ApiKeyGuard,
  ApiKeys,
  IdempotencyWindow,
  BodyRoutes,
  BodyLimit,
];
