import type { Provider } from '@nestjs/common';
import { LocalNode } from './local-node.js';
import { Reporter } from './reporter.js';

export const registryProviders: Provider[] = [LocalNode, Reporter];
