import { OwnReplyInterceptor } from './own-reply.interceptor.js';
import { PushExceptionFilter } from './push-exception.filter.js';

/** Whether a guard, pipe, interceptor or filter is the module's, and not the application's. */
export function isOfModule(enhancer: unknown): boolean {
  return enhancer instanceof PushExceptionFilter || enhancer instanceof OwnReplyInterceptor;
}

/**
 * Adds one of the module's to those of a class or a method. Metadata outlives an application: the
 * next one with the same class finds it done.
 *
 * @param add given the application's, answers all of them in the order in which Nest is to see them
 */
export function addEnhancer(key: string, host: object, add: (others: object[]) => object[]): void {
  const enhancers = (Reflect.getMetadata(key, host) ?? []) as object[];
  if (!enhancers.some(isOfModule)) Reflect.defineMetadata(key, add(enhancers), host);
}
