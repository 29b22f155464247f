/**
 * @nestjs/schedule: a job at eight o'clock that reaches whoever is online. With several nodes it
 * runs on each of them: let one node do it, as a worker with `gateway: false` (see bullmq/), or
 * give each message an `idempotencyKey`, so that it is sent once.
 */
import { Injectable, Module } from '@nestjs/common';
import { Cron, ScheduleModule } from '@nestjs/schedule';
import { ConnectionRegistryService, PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';

@Injectable()
class Digest {
  constructor(private readonly push: ConnectionRegistryService) {}

  @Cron('0 8 * * *', { name: 'digest' })
  async send() {
    for await (const uid of this.push.uids()) {
      await this.push.sendToUid(uid, { type: 'digest', for: uid });
    }
  }
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    PushModule.forRoot({ authenticator: new TrustUidAuthenticator() }),
  ],
  providers: [Digest],
})
export class AppModule {}
