import type { OnModuleInit, Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

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
    this.instance = typeof this.given === 'function' ? await this.made(this.given) : this.given;
  }

  /** @throws Error before modules are initialised */
  get(): T {
    if (this.instance === undefined) {
      throw new Error(`${this.constructor.name} was asked before modules were initialised.`);
    }
    return this.instance;
  }

  private async made(part: Type<T>): Promise<T> {
    try {
      return this.moduleRef.get<T>(part, { strict: false });
    } catch {
      return this.moduleRef.create(part);
    }
  }
}
