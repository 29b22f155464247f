import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { PUSH_API_OPTIONS, type CheckedPushApiOptions } from './push-api.options.js';

/**
 * Recognises `POST messages` outside Nest's router. The global prefix is read at each call: an
 * application may set it until it is initialised, and may exclude routes from it.
 */
@Injectable()
export class MessagesRoute {
  private readonly suffix: string;

  constructor(
    @Inject(PUSH_API_OPTIONS) { path }: Pick<CheckedPushApiOptions, 'path'>,
    private readonly config: ApplicationConfig,
  ) {
    this.suffix = `/${path}/messages`.toLowerCase();
  }

  matches(method: string | readonly string[], path: string): boolean {
    if (method !== 'POST') return false;
    const plain = withoutSlashes(path).toLowerCase();
    const prefix = withoutSlashes(this.config.getGlobalPrefix()).toLowerCase();
    return plain === this.suffix.slice(1) || plain === `${prefix}${this.suffix}`;
  }
}

function withoutSlashes(path: string): string {
  return path.replace(/^\/|\/$/g, '');
}
