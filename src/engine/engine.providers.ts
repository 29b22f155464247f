import type { Provider } from '@nestjs/common';
import { ENGINE } from './engine.js';
import { ENGINE_OPTIONS, type CheckedEngineOptions } from './engine.options.js';
import { MemoryEngine } from './memory/memory.engine.js';

export const engineProviders: Provider[] = [
  {
    provide: ENGINE,
    useFactory: ({ engine }: CheckedEngineOptions) => engine ?? new MemoryEngine(),
    inject: [ENGINE_OPTIONS],
  },
];
