import type { Provider } from '@nestjs/common';
import { ConnectionRegistryService } from './connection-registry.service.js';

export const serviceProviders: Provider[] = [ConnectionRegistryService];
