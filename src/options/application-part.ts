import type { OnModuleInit, Provider, Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

/**
 * The provider of an instance that an option gives, under its class: that is how a test replaces
 * it. An object without a class has none.
 */
export function instanceProviders(given: object | undefined): Provider[] {
  if (typeof given !== 'object' || given.constructor === Object) return [];
  return [{ provide: given.constructor, useValue: given }];
}

/**
 * What an application supplies by an option: an instance, or a class. Of a class it is the
 * application's own provider, wherever that stands, or else a new instance. Both exist only when
 * modules are initialised: earlier, the injector may hand out one that lacks its dependencies.
 */
export abstract class ApplicationPart<T extends object> implements OnModuleInit {
  private instance: T | undefined;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly given: T | Type<T> | undefined,
  ) {}

  async onModuleInit(): Promise<void> {
    const { given } = this;
    this.instance =
      typeof given === 'function' ? await this.made(given) : this.orItsProvider(given);
  }

  /** @throws Error before modules are initialised */
  get(): T {
    if (this.instance === undefined) {
      throw new Error(`${this.constructor.name} was asked before modules were initialised.`);
    }
    return this.instance;
  }

  /** The module's own provider of the same class may be the one of a test. */
  private orItsProvider(given: T | undefined): T | undefined {
    if (given === undefined) return undefined;
    try {
      return this.moduleRef.get<T>(given.constructor);
    } catch {
      return given;
    }
  }

  private async made(part: Type<T>): Promise<T> {
    try {
      return this.moduleRef.get<T>(part, { strict: false });
    } catch {
      return this.moduleRef.create(part);
    }
  }
}
