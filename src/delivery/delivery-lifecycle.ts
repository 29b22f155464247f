import { Inject, Injectable } from '@nestjs/common';
import { HISTORY, type History } from '../history/history.js';
import { Requests } from './requests.js';

/** What runs beside the sends, between the start of the engine and its end. */
@Injectable()
export class DeliveryLifecycle {
  constructor(
    @Inject(HISTORY) private readonly history: History | null,
    private readonly requests: Requests,
  ) {}

  async start(): Promise<void> {
    await this.history?.start({ doubted: () => undefined });
  }

  async stop(): Promise<void> {
    this.requests.stop();
    await this.history?.stop();
  }
}
