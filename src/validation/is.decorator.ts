import { ValidateBy } from 'class-validator';

/**
 * Property decorator: what the property must be, in words and as a check. The check also sees what
 * stands beside the property.
 */
export function Is<T extends object>(
  rule: string,
  accepts: (value: unknown, dto: T) => boolean,
): PropertyDecorator {
  return ValidateBy({
    name: `is ${rule}`,
    validator: {
      validate: (value, args) => accepts(value, args?.object as T),
      defaultMessage: (args) => `${args?.property} must be ${rule}`,
    },
  });
}
