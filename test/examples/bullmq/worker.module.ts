/**
 * BullMQ, the side of the worker: no port and no sockets (`gateway: false`), and the same service
 * to push with. Starts with `NestFactory.createApplicationContext(WorkerModule)`.
 */
import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import type { Job } from 'bullmq';
import { ConnectionRegistryService, PushModule } from 'nestjs-uid-push';
import { RedisEngine } from 'nestjs-uid-push/redis';

@Processor('reports')
class ReportsProcessor extends WorkerHost {
  constructor(private readonly push: ConnectionRegistryService) {
    super();
  }

  async process({ id, data: { uid } }: Job<{ uid: string }>) {
    await this.push.sendToUid(uid, { type: 'report', id });
  }
}

@Module({
  imports: [
    BullModule.forRootAsync({ useFactory: () => ({ connection: { url: process.env.REDIS_URL } }) }),
    BullModule.registerQueue({ name: 'reports' }),
    PushModule.forRootAsync({
      gateway: false,
      useFactory: () => ({ engine: new RedisEngine({ url: process.env.REDIS_URL }) }),
    }),
  ],
  providers: [ReportsProcessor],
})
export class WorkerModule {}
