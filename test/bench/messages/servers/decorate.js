import 'reflect-metadata';

/**
 * What the TypeScript compiler makes of decorators, so that this plain JavaScript can have them.
 */

/** @param {object} prototype @param {string} property @param {PropertyDecorator[]} decorators */
export function decorateProperty(prototype, property, decorators) {
  for (const decorate of decorators) decorate(prototype, property);
}

/**
 * @param {Function} type
 * @param {string} name of the method
 * @param {MethodDecorator[]} decorators
 * @param {{ type: Function, decorators: ParameterDecorator[] }[]} parameters
 */
export function decorateMethod({ prototype }, name, decorators, parameters) {
  parameters.forEach(({ decorators }, index) => {
    for (const decorate of decorators) decorate(prototype, name, index);
  });
  const types = parameters.map(({ type }) => type);
  Reflect.defineMetadata('design:paramtypes', types, prototype, name);
  for (const decorate of decorators) {
    const descriptor = /** @type {PropertyDescriptor} */ (
      Object.getOwnPropertyDescriptor(prototype, name)
    );
    Object.defineProperty(prototype, name, decorate(prototype, name, descriptor) ?? descriptor);
  }
}
