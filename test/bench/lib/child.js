import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Longest that any command may take; past it the run fails instead of hanging. */
const CALL_TIMEOUT_MS = 90_000;

/** Whether servers and load are each tied to a core of their own. */
export const pinned =
  availableParallelism() >= 2 && spawnSync('taskset', ['-c', '1', 'true']).status === 0;

/** A process of its own that answers commands. */
export class Child {
  #process;
  #calls = new Map();
  #nextId = 0;

  /**
   * @param {string} file
   * @param {{ core: number, flags?: string[], args?: string[] }} options
   */
  constructor(file, { core, flags = [], args = [] }) {
    this.file = file;
    const node = [process.execPath, ...flags, file, ...args];
    const [command, ...rest] = pinned ? ['taskset', '-c', String(core), ...node] : node;
    this.#process = spawn(command, rest, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.#process.on('message', (/** @type {any} */ answer) => this.#settle(answer));
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

  #settle({ id, result, failure }) {
    const call = this.#calls.get(id);
    if (!call) return;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    if (failure === undefined) call.resolve(result);
    else call.reject(new Error(`${this.file}: ${failure}`));
  }

  #fail(failure) {
    for (const id of [...this.#calls.keys()]) this.#settle({ id, failure });
  }
}
