import { appendFile } from 'node:fs/promises';
import {
  UndeliveredHandler,
  type UndeliveredMessage,
} from '../delivery/undelivered/undelivered-handler.js';

/** Appends undelivered messages to a file, a JSON object a line. */
export class UndeliveredLog extends UndeliveredHandler {
  constructor(private readonly file: string) {
    super();
  }

  handle(message: UndeliveredMessage): Promise<void> {
    return appendFile(this.file, `${JSON.stringify(message)}\n`);
  }
}
