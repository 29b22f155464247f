import { Inject, Injectable } from '@nestjs/common';
import { HISTORY, type History } from '../history/history.js';
import { Requests } from './requests.js';
import { Streams } from './streams/streams.js';

/** What runs beside the sends, between the start of the engine and its end. */
@Injectable()
export class DeliveryLifecycle {
  constructor(
    @Inject(HISTORY) private readonly history: History | null,
    private readonly requests: Requests,
    @Inject(Streams) private readonly streams: Streams | null,
  ) {}

  async start(): Promise<void> {
    if (this.history === null || this.streams === null) return;
    await this.history.start(this.streams);
    this.streams.start();
  }

  async stop(): Promise<void> {
    this.requests.stop();
    await this.streams?.stop();
    await this.history?.stop();
  }
}
