/**
 * A command for operators, cron or a deployment: a standalone application context that pushes and
 * ends. It has no sockets (`gateway: false`); Redis leads it to the nodes that have them.
 *
 * As a program, call it at the end of the file:
 * `await notify(process.argv.slice(2), console.log)`, then `node notify.js ada 'Back in a minute'`.
 */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConnectionRegistryService, PushModule } from 'nestjs-uid-push';
import { RedisEngine } from 'nestjs-uid-push/redis';

@Module({
  imports: [
    PushModule.forRootAsync({
      gateway: false,
      useFactory: () => ({ engine: new RedisEngine({ url: process.env.REDIS_URL }) }),
    }),
  ],
})
class NotifyModule {}

export async function notify([uid, text]: string[], print: (line: string) => void) {
  const context = await NestFactory.createApplicationContext(NotifyModule, { logger: ['error'] });
  try {
    const { nodes } = await context.get(ConnectionRegistryService).sendToUid(uid, { text });
    print(nodes > 0 ? `${uid} is told.` : `${uid} is not online.`);
  } finally {
    await context.close();
  }
}
