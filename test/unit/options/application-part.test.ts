import { afterEach, describe, expect, it } from 'vitest';
import { Injectable, type DynamicModule, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { ApplicationPart } from '../../../src/options/application-part.js';

@Injectable()
class Colours {
  readonly first = 'red';
}

@Injectable()
class Brush {
  constructor(readonly colours: Colours) {}
}

class GivenBrush extends ApplicationPart<Brush> {}

class PaintModule {}

/** A module that has a brush by an option, as `GivenBrush`. */
function paint(brush: Brush | Type<Brush>, providers: Type[] = []): DynamicModule {
  const part = {
    provide: GivenBrush,
    useFactory: (moduleRef: ModuleRef) => new GivenBrush(moduleRef, brush),
    inject: [ModuleRef],
  };
  return { module: PaintModule, providers: [part, ...providers] };
}

let app: TestingModule;

afterEach(() => app.close());

async function start(module: DynamicModule, providers: Type[] = []): Promise<GivenBrush> {
  app = await Test.createTestingModule({ imports: [module], providers }).compile();
  return app.get(GivenBrush, { strict: false });
}

describe('a part that the application supplies', () => {
  it('is the instance that was given', async () => {
    const brush = new Brush(new Colours());
    const part = await start(paint(brush));
    await app.init();
    expect(part.get()).toBe(brush);
  });

  it('of a class is made with what the module imports', async () => {
    const part = await start(paint(Brush, [Colours]));
    await app.init();
    expect(part.get().colours.first).toBe('red');
  });

  it("of a class is the application's own provider where there is one", async () => {
    const part = await start(paint(Brush), [Brush, Colours]);
    await app.init();
    expect(part.get()).toBe(app.get(Brush));
  });

  it('cannot be had before modules are initialised', async () => {
    const part = await start(paint(Brush, [Colours]));
    expect(() => part.get()).toThrow('GivenBrush was asked before modules were initialised.');
  });
});
