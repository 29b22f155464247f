/**
 * GraphQL beside it, on one server: queries and mutations over HTTP and subscriptions over
 * graphql-ws on `/graphql`, the push socket on `/live`. Each takes the upgrades of its own path.
 * Subscriptions are for whoever asks for data; pushes are for users, whether they ask or not.
 */
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { Args, GraphQLModule, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { ConnectionRegistryService, PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';
import { EventEmitter, on } from 'node:events';

@Resolver()
class OrdersResolver {
  private readonly events = new EventEmitter();

  constructor(private readonly push: ConnectionRegistryService) {}

  @Query(() => Boolean)
  isOnline(@Args('uid') uid: string) {
    return this.push.isOnline(uid);
  }

  /** Tells the user, and everyone who watches the order. */
  @Mutation(() => Boolean)
  async ship(@Args('order') order: string, @Args('uid') uid: string) {
    this.events.emit('shipped', order);
    const { nodes } = await this.push.sendToUid(uid, { type: 'shipped', order });
    return nodes > 0;
  }

  @Subscription(() => String, { resolve: ([order]: [string]) => order })
  shipped() {
    return on(this.events, 'shipped');
  }
}

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      subscriptions: { 'graphql-ws': { path: '/graphql' } },
    }),
    PushModule.forRoot({ authenticator: new TrustUidAuthenticator(), path: '/live' }),
  ],
  providers: [OrdersResolver],
})
export class AppModule {}
