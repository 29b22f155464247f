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
import { nextId } from '../../lib/servers/ids.js';
import { Registry } from './registry.js';
import { serve } from './serve.js';

class AuthDto {}
decorateProperty(AuthDto.prototype, 'uid', [IsString(), Length(1, 128)]);

class SendDto {}
decorateProperty(SendDto.prototype, 'to', [IsString(), Length(1, 128)]);
decorateProperty(SendDto.prototype, 'data', [IsDefined()]);

class BroadcastDto {}
decorateProperty(BroadcastDto.prototype, 'data', [IsDefined()]);

/** @typedef {import('ws').WebSocket & { uid?: string }} Client */

/** @param {unknown} data @param {string} [from] */
const message = (data, from) =>
  JSON.stringify({ event: 'message', data: { id: nextId(), from, data } });

class StockGateway {
  /** @type {Registry<Client>} */
  registry = new Registry();

  /** @param {Client} socket @param {{ uid: string }} dto */
  auth(socket, { uid }) {
    socket.uid = uid;
    this.registry.add(uid, socket);
    return { event: 'auth', data: { uid, connectionId: nextId() } };
  }

  /** @param {Client} socket @param {{ to: string, data: unknown }} dto */
  send(socket, { to, data }) {
    this.sendToUid(to, data, socket.uid);
  }

  /** @param {Client} socket @param {{ data: unknown }} dto */
  broadcast(socket, { data }) {
    this.sendToAll(data, socket.uid);
  }

  /** @param {Client} socket */
  handleDisconnect(socket) {
    if (socket.uid !== undefined) this.registry.remove(socket.uid, socket);
  }

  /** @param {string} uid @param {unknown} data @param {string} [from] */
  sendToUid(uid, data, from) {
    const frame = message(data, from);
    for (const socket of this.registry.of(uid)) socket.send(frame);
  }

  /** @param {unknown} data @param {string} [from] */
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
