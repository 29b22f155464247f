/**
 * Fastify: nothing to do but to name the adapter. The socket, the push API and your controllers
 * share its server.
 */
import { Controller, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ConnectionRegistryService,
  PushApiModule,
  PushModule,
  TrustUidAuthenticator,
} from 'nestjs-uid-push';

@Controller('orders')
class OrdersController {
  constructor(private readonly push: ConnectionRegistryService) {}

  @Post(':id/shipped/:uid')
  shipped(@Param('id') id: string, @Param('uid') uid: string) {
    return this.push.sendToUid(uid, { type: 'shipped', id });
  }
}

@Module({
  imports: [
    PushModule.forRoot({ authenticator: new TrustUidAuthenticator(), path: '/live' }),
    PushApiModule.forRoot({ apiKeys: ['change-me'] }),
  ],
  controllers: [OrdersController],
})
class AppModule {}

export async function main(port: number): Promise<NestFastifyApplication> {
  // Uids may have 128 characters; by default Fastify finds no route for those over 100.
  const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 128 } });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, {
    logger: ['error'],
  });
  await app.listen(port, '127.0.0.1');
  return app;
}
