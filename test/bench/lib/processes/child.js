import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Longest that any command may take; past it the run fails instead of hanging. */
const CALL_TIMEOUT_MS = 90_000;

/** Whether servers and load are each tied to a core of their own. */
export const pinned =
  availableParallelism() >= 2 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;

/**
 * @typedef {{ id: number, result?: unknown, failure?: string }} Answer
 * @typedef {{ resolve: (result: any) => void, reject: (error: Error) => void,
 *   timer: NodeJS.Timeout }} Call
 */

/** A process of its own that answers commands. */
export class Child {
  #process;
  /** @type {Map<number, Call>} */
  #calls = new Map();
  #nextId = 0;

  /**
   * @param {URL} program
   * @param {{ core: number, flags?: string[], args?: string[] }} options
   */
  constructor(program, { core, flags = [], args = [] }) {
    const file = fileURLToPath(program);
    this.file = file;
    const node = [process.execPath, ...flags, file, ...args];
    const [command, ...rest] = pinned ? ['taskset', '-c', String(core), ...node] : node;
    this.#process = spawn(command, rest, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.#process.on('message', (answer) => this.#settle(/** @type {Answer} */ (answer)));
    this.exited = new Promise((resolve) => this.#process.on('exit', resolve));
    void this.exited.then((code) => this.#fail(`${file} ended with ${code}`));
  }

  /**
   * @param {string} name
   * @param {unknown} [argument]
   * @returns {Promise<any>}
   */
  call(name, argument) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#settle({ id, failure: `no answer to ${name}` }),
        CALL_TIMEOUT_MS,
      );
      this.#calls.set(id, { resolve, reject, timer });
      this.#process.send({ id, name, argument }, (error) => {
        if (error) this.#settle({ id, failure: error.message });
      });
    });
  }

  /** Ends it gently, so that profilers write their files; by force if it does not. */
  async stop() {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(timer);
  }

  /** @param {Answer} answer */
  #settle({ id, result, failure }) {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    if (failure === undefined) call.resolve(result);
    else call.reject(new Error(`${this.file}: ${failure}`));
  }

  /** @param {string} failure */
  #fail(failure) {
    for (const id of [...this.#calls.keys()]) this.#settle({ id, failure });
  }
}
