/**
 * @nestjs/cqrs: the command side knows nothing of pushing. It publishes an event of the domain,
 * and one handler of that event tells the user.
 */
import { Controller, Module, Param, Post } from '@nestjs/common';
import { CqrsModule, EventBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { ConnectionRegistryService, PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';

class OrderShipped {
  constructor(
    readonly order: string,
    readonly uid: string,
  ) {}
}

@EventsHandler(OrderShipped)
class TellTheUser implements IEventHandler<OrderShipped> {
  constructor(private readonly push: ConnectionRegistryService) {}

  async handle({ order, uid }: OrderShipped) {
    await this.push.sendToUid(uid, { type: 'shipped', order });
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly events: EventBus) {}

  @Post(':order/shipped/:uid')
  shipped(@Param('order') order: string, @Param('uid') uid: string) {
    this.events.publish(new OrderShipped(order, uid));
  }
}

@Module({
  imports: [
    CqrsModule.forRoot(),
    PushModule.forRoot({ authenticator: new TrustUidAuthenticator() }),
  ],
  controllers: [OrdersController],
  providers: [TellTheUser],
})
export class AppModule {}
