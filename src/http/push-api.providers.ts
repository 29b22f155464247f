import type { Provider } from '@nestjs/common';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { BodyLimit } from './body-limit.js';
import { IdempotencyWindow } from './idempotency-window.js';
import { MessagesRoute } from './messages-route.js';

export const pushApiProviders: Provider[] = [
  ApiKeyGuard,
  ApiKeys,
  IdempotencyWindow,
  MessagesRoute,
  BodyLimit,
];
