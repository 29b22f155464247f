import type { Provider } from '@nestjs/common';
import { LocalNode } from './local-node.js';

export const registryProviders: Provider[] = [LocalNode];
