/** A node that keeps messages, as its users start it: `node node.js <url of Redis> <port>`. */
import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PushModule, TrustUidAuthenticator } from 'nestjs-uid-push';
import { RedisEngine } from 'nestjs-uid-push/redis';
import { LIMITS } from './limits.js';

Logger.overrideLogger(false);
const [url, port] = process.argv.slice(2);

class NodeModule {}
Module({
  imports: [
    PushModule.forRoot({
      authenticator: new TrustUidAuthenticator(),
      engine: new RedisEngine({ url }),
      history: LIMITS,
    }),
  ],
})(NodeModule);

const app = await NestFactory.create(NodeModule, { logger: false });
await app.listen(Number(port), '127.0.0.1');
process.stdout.write('ready\n');
