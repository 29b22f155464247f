import type { Provider } from '@nestjs/common';
import { Watching } from './watching.js';

export const watchingProviders: Provider[] = [Watching];
