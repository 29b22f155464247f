import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { ErrorCode } from '../protocol/codes.js';
import { isObject } from '../protocol/is-object.js';
import type { FieldError } from '../protocol/field-error.js';
import { PushException } from '../protocol/push.exception.js';

/** Fields named in one answer at most; the rest of a hopeless frame would only echo it. */
const MAX_FIELDS = 20;
/** Characters of an unknown field's name that are repeated to the client. */
const MAX_FIELD_NAME = 64;

/** A DTO class with a quick way for what is plainly valid. */
export interface FrameDtoClass<T extends object> {
  new (): T;
  fromPlain(value: Record<string, unknown>): T | undefined;
}

/**
 * Turns the data of a frame into its DTO, or throws VALIDATION_FAILED naming every broken field.
 * Unknown properties are refused. What is plainly valid does not pay for class-validator.
 */
@Injectable()
export class FrameDataPipe implements PipeTransform<unknown, object> {
  transform(value: unknown, { metatype }: ArgumentMetadata): object {
    return validateFrameData(metatype as FrameDtoClass<object>, value);
  }
}

/** @throws PushException VALIDATION_FAILED */
export function validateFrameData<T extends object>(dtoClass: FrameDtoClass<T>, value: unknown): T {
  if (!isObject(value)) {
    throw validationFailed([{ field: 'data', errors: ['data must be an object'] }]);
  }
  return dtoClass.fromPlain(value) ?? validateWithClassValidator(dtoClass, value);
}

/** class-validator's answer, which is the rule that `fromPlain` may only shorten. */
export function validateWithClassValidator<T extends object>(
  dtoClass: new () => T,
  value: Record<string, unknown>,
): T {
  // class-validator finds the rules by the object's `constructor`: a field so called stays out.
  const { constructor: _unknown, ...fields } = value;
  const dto = Object.assign(new dtoClass(), fields);
  const errors = validateSync(dto, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  const broken = errors.map(toFieldError);
  if (Object.hasOwn(value, 'constructor')) broken.push(unknownField('constructor'));
  if (broken.length > 0) throw validationFailed(broken.slice(0, MAX_FIELDS));
  return dto;
}

function toFieldError({ property, constraints = {} }: ValidationError): FieldError {
  if ('whitelistValidation' in constraints) {
    return unknownField(shorten(property));
  }
  return { field: property, errors: Object.values(constraints) };
}

function unknownField(field: string): FieldError {
  return { field, errors: ['this property is not known here'] };
}

function shorten(name: string): string {
  return name.length <= MAX_FIELD_NAME ? name : `${name.slice(0, MAX_FIELD_NAME)}…`;
}

function validationFailed(details: FieldError[]): PushException {
  return new PushException(
    ErrorCode.VALIDATION_FAILED,
    'The data of the frame is not valid; "details" names each broken field.',
    details,
  );
}
