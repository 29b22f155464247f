/**
 * BullMQ, the side of the web: holds the sockets, and leaves long work to a worker (see
 * worker.module.ts), a process of its own. Both know each other through Redis alone.
 */
import { InjectQueue, BullModule } from '@nestjs/bullmq';
import { Controller, Module, Param, Post } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';
import { RedisEngine } from 'nestjs-uid-push/redis';

@Controller('reports')
class ReportsController {
  constructor(@InjectQueue('reports') private readonly reports: Queue) {}

  @Post(':uid')
  async ask(@Param('uid') uid: string) {
    await this.reports.add('report', { uid });
  }
}

@Module({
  imports: [
    BullModule.forRootAsync({ useFactory: () => ({ connection: { url: process.env.REDIS_URL } }) }),
    BullModule.registerQueue({ name: 'reports' }),
    PushModule.forRootAsync({
      useFactory: () => ({
        authenticator: new TrustUidAuthenticator(),
        engine: new RedisEngine({ url: process.env.REDIS_URL }),
      }),
    }),
  ],
  controllers: [ReportsController],
})
export class WebModule {}
