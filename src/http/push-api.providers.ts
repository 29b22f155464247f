import type { Provider } from '@nestjs/common';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeys } from './api-keys.js';
import { BodyLimit } from './body-limit.js';
import { BodyRoutes } from './body-routes.js';

export const pushApiProviders: Provider[] = [ApiKeyGuard, ApiKeys, BodyRoutes, BodyLimit];
