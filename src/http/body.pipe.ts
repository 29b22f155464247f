import { BadRequestException, type PipeTransform } from '@nestjs/common';
import { isObject } from '../protocol/is-object.js';
import { hasPrototypeKey } from '../protocol/prototype-key.js';
import { validateWithClassValidator } from '../validation/frame-data.pipe.js';

/** Turns a body into its DTO, or refuses it naming every broken field. */
export class BodyPipe<T extends object> implements PipeTransform<unknown, T> {
  constructor(private readonly dtoClass: new () => T) {}

  /** @throws BadRequestException, or PushException VALIDATION_FAILED with a field's name */
  transform(body: unknown): T {
    if (!isObject(body)) throw new BadRequestException(['body must be a JSON object']);
    // Its text is gone, and with it the short way to know: the first argument asks for the walk.
    if (hasPrototypeKey('__proto__', body)) {
      throw new BadRequestException(['body must be valid JSON without a key "__proto__"']);
    }
    return validateWithClassValidator(this.dtoClass, body);
  }
}
