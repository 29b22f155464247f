/** The stock Nest gateway: WsAdapter, one handler per event, DTOs checked by ValidationPipe. */
import { Module, UsePipes, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { IsDefined, IsString, Length } from 'class-validator';
import { decorateMethod, decorateProperty } from './decorate.js';
import { nextId } from './ids.js';
import { Registry } from './registry.js';
import { serve } from './serve.js';

class AuthDto {}
decorateProperty(AuthDto.prototype, 'uid', [IsString(), Length(1, 128)]);

class SendDto {}
decorateProperty(SendDto.prototype, 'to', [IsString(), Length(1, 128)]);
decorateProperty(SendDto.prototype, 'data', [IsDefined()]);

class BroadcastDto {}
decorateProperty(BroadcastDto.prototype, 'data', [IsDefined()]);

const message = (data, from) =>
  JSON.stringify({ event: 'message', data: { id: nextId(), from, data } });

class StockGateway {
  /** @type {Registry<any>} */
  registry = new Registry();

  auth(socket, { uid }) {
    socket.uid = uid;
    this.registry.add(uid, socket);
    return { event: 'auth', data: { uid, connectionId: nextId() } };
  }

  send(socket, { to, data }) {
    this.sendToUid(to, data, socket.uid);
  }

  broadcast(socket, { data }) {
    this.sendToAll(data, socket.uid);
  }

  handleDisconnect(socket) {
    if (socket.uid !== undefined) this.registry.remove(socket.uid, socket);
  }

  sendToUid(uid, data, from) {
    const frame = message(data, from);
    for (const socket of this.registry.of(uid)) socket.send(frame);
  }

  sendToAll(data, from) {
    const frame = message(data, from);
    for (const socket of this.registry.all()) socket.send(frame);
  }
}

for (const [event, dto] of Object.entries({
  auth: AuthDto,
  send: SendDto,
  broadcast: BroadcastDto,
})) {
  decorateMethod(
    StockGateway,
    event,
    [SubscribeMessage(event)],
    [
      { type: Object, decorators: [ConnectedSocket()] },
      { type: dto, decorators: [MessageBody()] },
    ],
  );
}
UsePipes(new ValidationPipe())(StockGateway);
WebSocketGateway()(StockGateway);

class AppModule {}
Module({ providers: [StockGateway] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(0, '127.0.0.1');
const gateway = app.get(StockGateway);

serve({
  port: app.getHttpServer().address().port,
  sendToUid: (uid, data) => gateway.sendToUid(uid, data),
  broadcast: (data) => gateway.sendToAll(data),
  countConnections: () => gateway.registry.count(),
});
