import type { Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { PushApiController } from './push-api.controller.js';

/**
 * The controller with decorators of the application on each of its routes. It is a class of its
 * own: what another module of the process makes of the controller stays as it is.
 */
export function decoratedController(
  decorators: readonly MethodDecorator[] = [],
): Type<PushApiController> {
  if (decorators.length === 0) return PushApiController;
  class Decorated extends PushApiController {}
  nameAs(PushApiController, Decorated);
  for (const name of new MetadataScanner().getAllMethodNames(PushApiController.prototype)) {
    const original = (PushApiController.prototype as unknown as Record<string, Handler>)[name];
    if (!Reflect.hasMetadata(PATH_METADATA, original)) continue;
    const descriptor = { value: heirOf(original), configurable: true, writable: true };
    Object.defineProperty(Decorated.prototype, name, descriptor);
    for (const decorate of decorators) decorate(Decorated.prototype, name, descriptor);
  }
  return Decorated;
}

type Handler = (this: PushApiController, ...args: unknown[]) => unknown;

/** The same handler as another function, which inherits the metadata and may get more. */
function heirOf(original: Handler): Handler {
  const heir: Handler = function (...args) {
    return original.apply(this, args);
  };
  nameAs(original, heir);
  return Object.setPrototypeOf(heir, original) as Handler;
}

/** Operations of an OpenAPI description are named after their class and method. */
function nameAs({ name }: { name: string }, heir: object): void {
  Object.defineProperty(heir, 'name', { value: name });
}
