import { ValidateBy, type ValidationOptions } from 'class-validator';

/** Property decorator: any JSON value, `null` included; only a missing one is refused. */
export function IsJsonValue(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isJsonValue',
      validator: {
        validate: (value: unknown) => value !== undefined,
        defaultMessage: (args) => `${args?.property} is required; null is a value`,
      },
    },
    options,
  );
}
