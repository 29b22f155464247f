import type { Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';

/**
 * A controller with decorators of the application on each of its routes. It is a class of its
 * own: what another module of the process makes of the controller stays as it is.
 */
export function decoratedController<T extends object>(
  controller: Type<T>,
  decorators: readonly MethodDecorator[] = [],
): Type<T> {
  if (decorators.length === 0) return controller;
  class Decorated extends (controller as Type<object>) {}
  nameAs(controller, Decorated);
  for (const name of new MetadataScanner().getAllMethodNames(controller.prototype as object)) {
    const original = (controller.prototype as Record<string, Handler>)[name];
    if (!Reflect.hasMetadata(PATH_METADATA, original)) continue;
    const descriptor = { value: heirOf(original), configurable: true, writable: true };
    Object.defineProperty(Decorated.prototype, name, descriptor);
    for (const decorate of decorators) decorate(Decorated.prototype, name, descriptor);
  }
  return Decorated as Type<T>;
}

type Handler = (this: object, ...args: unknown[]) => unknown;

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
