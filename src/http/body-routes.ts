import { Inject, Injectable, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, MetadataScanner } from '@nestjs/core';
import { PushApiController } from './push-api.controller.js';
import { PUSH_API_OPTIONS, type CheckedPushApiOptions } from './push-api.options.js';

/**
 * Recognises the requests of the API that have a body, outside Nest's router. The global prefix
 * is read at each call: an application may set it until it is initialised, and may exclude
 * routes from it.
 */
@Injectable()
export class BodyRoutes {
  private readonly suffixes: readonly string[];

  constructor(
    @Inject(PUSH_API_OPTIONS) { path }: Pick<CheckedPushApiOptions, 'path'>,
    private readonly config: ApplicationConfig,
  ) {
    this.suffixes = postPaths().map((route) => `/${path}/${route}`.toLowerCase());
  }

  match(method: string | readonly string[], path: string): boolean {
    if (method !== 'POST') return false;
    const plain = withoutSlashes(path).toLowerCase();
    const prefix = withoutSlashes(this.config.getGlobalPrefix()).toLowerCase();
    return this.suffixes.some(
      (suffix) => plain === suffix.slice(1) || plain === `${prefix}${suffix}`,
    );
  }
}

/** Paths of the controller's handlers of POST, within its own. */
function postPaths(): string[] {
  const handlers = PushApiController.prototype as unknown as Record<string, object>;
  return new MetadataScanner()
    .getAllMethodNames(handlers)
    .map((name) => handlers[name])
    .filter((handler) => Reflect.getMetadata(METHOD_METADATA, handler) === RequestMethod.POST)
    .map((handler) => Reflect.getMetadata(PATH_METADATA, handler) as string);
}

function withoutSlashes(path: string): string {
  return path.replace(/^\/|\/$/g, '');
}
