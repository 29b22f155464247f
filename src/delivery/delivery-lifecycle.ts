import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HISTORY, type History } from '../history/history.js';
import { Receipts } from './receipts/receipts.js';
import { Requests } from './requests/requests.js';
import { Streams } from './streams/streams.js';
import { Undelivered } from './undelivered/undelivered.js';

/** What runs beside the sends, between the start of the engine and its end. */
@Injectable()
export class DeliveryLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(HISTORY) private readonly history: History | null,
    private readonly requests: Requests,
    private readonly receipts: Receipts,
    @Inject(Streams) private readonly streams: Streams | null,
    @Inject(Undelivered) private readonly undelivered: Undelivered | null,
  ) {}

  async start(): Promise<void> {
    if (this.history === null || this.streams === null) return;
    await this.history.start(this.streams);
    this.streams.start();
  }

  /** When all that a handler may need is there, and before any of it goes. */
  onApplicationBootstrap(): void {
    this.undelivered?.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.undelivered?.stop();
  }

  async stop(): Promise<void> {
    this.requests.stop();
    this.receipts.stop();
    await this.streams?.stop();
    await this.history?.stop();
  }
}
