import { createHash } from 'node:crypto';

/** A Lua script, known to a server by its digest once it was loaded there. */
export class Script {
  readonly sha: string;

  constructor(readonly source: string) {
    this.sha = createHash('sha1').update(source).digest('hex');
  }
}
