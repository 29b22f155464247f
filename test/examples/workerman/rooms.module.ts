/**
 * After: what becomes of a GatewayWorker application, whose Events.php lies beside this file.
 * `login` is the authenticator's now. `say` needs no code: clients send to a uid by themselves, as
 * far as the route policy lets them. The others are handlers, one for each type of frame. What is
 * not here either: parsing, unknown types, uids that two connections share, and the end of one of
 * them. Clients say `{ "event": "join", "data": … }` instead of `{ "type": "join", … }`.
 */
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import {
  Connection,
  ConnectionRegistryService,
  PushGateway,
  PushModule,
  TrustUidAuthenticator,
  type ConnectionInfo,
} from 'nestjs-uid-push';

@PushGateway()
class RoomsGateway {
  constructor(private readonly push: ConnectionRegistryService) {}

  @SubscribeMessage('join')
  async join(@Connection() { connectionId }: ConnectionInfo, @MessageBody('room') room: string) {
    await this.push.joinGroup(connectionId, room);
    return { room };
  }

  @SubscribeMessage('tell')
  async tell(
    @Connection() { connectionId, uid: from }: ConnectionInfo,
    @MessageBody() { room, text }: { room: string; text: string },
  ) {
    const except = [connectionId];
    await this.push.sendToGroup(room, { type: 'told', from, text }, { except });
  }
}

/** `onClose`, but once for a user: when the last connection has gone, on whichever node. */
@Injectable()
class Departures implements OnModuleInit {
  constructor(private readonly push: ConnectionRegistryService) {}

  onModuleInit() {
    this.push.events$.subscribe((event) => {
      if (event.type === 'offline') void this.push.broadcast({ type: 'left', uid: event.uid });
    });
  }
}

@Module({
  imports: [PushModule.forRoot({ authenticator: new TrustUidAuthenticator() })],
  providers: [RoomsGateway, Departures],
})
export class RoomsModule {}
