import type { Provider } from '@nestjs/common';
import { Sender } from './sender.js';

export const deliveryProviders: Provider[] = [Sender];
