/**
 * After: the chat of before.ts. The middleware is an authenticator, a user is a uid and no room, a
 * listener is a handler whose answer is the acknowledgement, and several nodes need an engine and
 * no sticky sessions.
 */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessageBody, SubscribeMessage } from '@nestjs/websockets';
import {
  Connection,
  ConnectionRegistryService,
  PushGateway,
  PushModule,
  TrustUidAuthenticator,
  Uid,
  type ConnectionInfo,
} from 'nestjs-uid-push';
import { PushClient } from 'nestjs-uid-push/client';
import { WebSocket } from 'ws';
import type { Chat, ChatServer } from './chat.js';

@PushGateway()
class ChatGateway {
  constructor(private readonly push: ConnectionRegistryService) {}

  @SubscribeMessage('say')
  async say(@Uid() from: string, @MessageBody() { to, text }: { to: string; text: string }) {
    const { nodes } = await this.push.sendToUid(to, { from, text });
    return nodes > 0;
  }

  @SubscribeMessage('join')
  async join(@Connection() { connectionId }: ConnectionInfo, @MessageBody() room: string) {
    await this.push.joinGroup(connectionId, room);
    return true;
  }

  @SubscribeMessage('shout')
  async shout(
    @Connection() { connectionId, uid: from }: ConnectionInfo,
    @MessageBody() { room, text }: { room: string; text: string },
  ) {
    await this.push.sendToGroup(room, { from, text }, { except: [connectionId] });
  }
}

@Module({
  imports: [PushModule.forRoot({ authenticator: new TrustUidAuthenticator() })],
  providers: [ChatGateway],
})
class ChatModule {}

export async function serve(): Promise<ChatServer> {
  const app = await NestFactory.create(ChatModule, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('http', 'ws');
  return { client: (uid) => connect(url, uid), close: () => app.close() };
}

async function connect(url: string, uid: string): Promise<Chat> {
  const client = new PushClient(url, { auth: () => ({ uid }), webSocket: WebSocket });
  const heard: Chat['heard'] = [];
  client.on('message', ({ data }) => heard.push(data as Chat['heard'][number]));
  await client.connect();
  return {
    heard,
    say: (to, text) => client.emit('say', { to, text }) as Promise<boolean>,
    join: async (room) => void (await client.emit('join', room)),
    shout: (room, text) => void client.emit('shout', { room, text }, { reply: false }),
    leave: () => client.close(),
  };
}
