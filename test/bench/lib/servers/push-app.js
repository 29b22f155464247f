/** The application that is measured: this package as its users import it, from `dist`. */
import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as built from 'nestjs-uid-push';

/**
 * @param {import('nestjs-uid-push').PushModuleOptions} [options]
 * @param {typeof built} [build] another build of the package
 */
export async function startPushApp(options, build = built) {
  const { AllowAllRoutePolicy, ConnectionRegistryService, PushModule, TrustUidAuthenticator } =
    build;
  // Also for what is said before there is an application: that the authenticator trusts everyone.
  Logger.overrideLogger(['error']);
  class AppModule {}
  Module({
    imports: [
      PushModule.forRoot({
        authenticator: new TrustUidAuthenticator(),
        // The default policy lets clients send to uids but not to all, which the load does too.
        routePolicy: new AllowAllRoutePolicy(),
        ...options,
      }),
    ],
  })(AppModule);

  const app = await NestFactory.create(AppModule);
  await app.listen(0, '127.0.0.1');
  return { app, push: app.get(ConnectionRegistryService) };
}
