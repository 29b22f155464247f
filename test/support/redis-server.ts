import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { until } from './until.js';

const run = promisify(execFile);

/** The file in which a server keeps what it holds. */
const SNAPSHOT = 'dump.rdb';

/** Servers that still run; whatever a test forgets ends with its process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real `redis-server` on a port of its own, in a directory of its own, without persistence. */
export class RedisServer {
  /** Of a server of a cluster: where the other servers reach it. */
  busPort = 0;
  /** Known once it is open. */
  port = 0;
  private directory = '';
  private child: ChildProcess | undefined;

  constructor(
    private readonly options: readonly string[] = [],
    private readonly config?: string,
  ) {}

  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(options);
    await server.open();
    return server;
  }

  /** A Sentinel, which is a `redis-server` with a configuration that it rewrites itself. */
  static async startSentinel(config: string): Promise<RedisServer> {
    const server = new RedisServer(['--sentinel'], config);
    await server.open();
    return server;
  }

  /** Starts it, on a port and in a directory that were free. */
  async open(): Promise<void> {
    this.port = await freePort();
    this.directory = await mkdtemp(join(tmpdir(), 'push-redis-'));
    await this.launch();
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Runs `redis-cli` with these arguments against the server and answers what it prints. */
  async cli(...args: string[]): Promise<string> {
    const { stdout } = await run('redis-cli', ['-p', String(this.port), ...args]);
    return stdout.trimEnd();
  }

  /** One figure of `INFO`. */
  async info(section: string, field: string): Promise<number> {
    const match = new RegExp(`^${field}:(\\S+)`, 'm').exec(await this.cli('INFO', section));
    return Number(match?.[1]);
  }

  /** Waits until this replica has its master's data. */
  async replicating(): Promise<void> {
    await until('the replica has the data', async () =>
      (await this.cli('INFO', 'replication')).includes('master_link_status:up'),
    );
  }

  /** Ends it as `SHUTDOWN` does. */
  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Ends it as the kernel does when memory runs out. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** The process stops where it is; its sockets stay open and nobody answers on them. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Starts it again after `stop` or `kill`, on the same port; empty, but for a `snapshot`. */
  async restart(): Promise<void> {
    await this.launch();
  }

  /** Keeps what it holds now for every restart from now on, or nothing again. */
  async snapshot(isKept: boolean): Promise<void> {
    if (isKept) await this.cli('SAVE');
    else await rm(join(this.directory, SNAPSHOT), { force: true });
  }

  /** It saves what it holds, and cannot: what stands in the way is no file. */
  async failToSave(): Promise<void> {
    await this.snapshot(false);
    await mkdir(join(this.directory, SNAPSHOT));
    await this.cli('CONFIG', 'SET', 'save', '3600 1000000');
    await this.trySaving('err');
  }

  /** It can again, and has; it begins without data all the same. */
  async saveAgain(): Promise<void> {
    await rm(join(this.directory, SNAPSHOT), { recursive: true });
    await this.trySaving('ok');
    await this.cli('CONFIG', 'SET', 'save', '');
    await this.snapshot(false);
  }

  private async trySaving(outcome: 'ok' | 'err'): Promise<void> {
    await this.cli('BGSAVE');
    const expected = `rdb_last_bgsave_status:${outcome}`;
    await until(`saving was tried: ${expected}`, async () =>
      (await this.cli('INFO', 'persistence')).includes(expected),
    );
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    const common = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.directory];
    const args =
      this.config === undefined
        ? [...common, '--save', '', ...this.options]
        : [this.config, ...common, ...this.options];
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    running.add(child);
    this.child = child;
    const lines = createInterface({ input: child.stdout });
    for await (const line of lines) {
      if (line.includes('Ready to accept connections') || line.includes('Sentinel ID')) {
        child.stdout.resume();
        return;
      }
    }
    throw new Error(`redis-server did not start on port ${this.port}.`);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    // A paused process takes no signal but SIGKILL before it goes on.
    child.kill('SIGCONT');
    await exited;
    running.delete(child);
  }
}

/** A Redis Cluster: as many masters as told, each with as many replicas. */
export class RedisClusterServers {
  private constructor(
    readonly masters: readonly RedisServer[],
    readonly replicas: readonly RedisServer[],
  ) {}

  static async start(masters = 3, replicasEach = 0): Promise<RedisClusterServers> {
    const all = masters * (1 + replicasEach);
    // Those that are to fail over notice soon; others have time on a busy machine.
    const timeout = replicasEach > 0 ? 1_000 : 15_000;
    const starting = Array.from({ length: all }, () => startClusterServer(timeout));
    const started = await Promise.allSettled(starting);
    const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const cluster = new RedisClusterServers(servers.slice(0, masters), servers.slice(masters));
    try {
      await Promise.all(starting);
      await cluster.form();
      return cluster;
    } catch (error) {
      // Whoever waits for the cluster never gets it, and so could not close it.
      await cluster.close();
      throw error;
    }
  }

  get servers(): readonly RedisServer[] {
    return [...this.masters, ...this.replicas];
  }

  get addresses(): { host: string; port: number }[] {
    return this.servers.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** The slot of a key. */
  async slotOf(key: string): Promise<number> {
    return Number(await this.masters[0].cli('CLUSTER', 'KEYSLOT', key));
  }

  /** Moves a slot with its keys, as `redis-cli --cluster reshard` does. */
  async moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    const [fromId, toId] = [await from.cli('CLUSTER', 'MYID'), await to.cli('CLUSTER', 'MYID')];
    const name = String(slot);
    await to.cli('CLUSTER', 'SETSLOT', name, 'IMPORTING', fromId);
    await from.cli('CLUSTER', 'SETSLOT', name, 'MIGRATING', toId);
    for (;;) {
      const keys = await from.cli('CLUSTER', 'GETKEYSINSLOT', name, '100');
      if (keys === '') break;
      const names = keys.split('\n');
      await from.cli('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...names);
    }
    for (const server of [to, from]) await server.cli('CLUSTER', 'SETSLOT', name, 'NODE', toId);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }

  /** What `redis-cli --cluster create` does, without its pauses of seconds. */
  private async form(): Promise<void> {
    const count = this.masters.length;
    const slot = (index: number): number => Math.floor((16_384 * index) / count);
    for (const [i, server] of this.servers.entries()) {
      await server.cli('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1));
    }
    for (const [i, master] of this.masters.entries()) {
      const range = [String(slot(i)), String(slot(i + 1) - 1)];
      await master.cli('CLUSTER', 'ADDSLOTSRANGE', ...range);
    }
    for (const { port, busPort } of this.servers.slice(1)) {
      const address = ['127.0.0.1', String(port), String(busPort)];
      await this.masters[0].cli('CLUSTER', 'MEET', ...address);
    }
    await this.until('all know each other', async (server) => {
      const nodes = await server.cli('CLUSTER', 'NODES');
      return nodes.split('\n').length === this.servers.length && !nodes.includes('handshake');
    });
    for (const [i, replica] of this.replicas.entries()) {
      const master = await this.masters[i % count].cli('CLUSTER', 'MYID');
      await replica.cli('CLUSTER', 'REPLICATE', master);
    }
    await this.until('the cluster is up', async (server) => {
      const nodes = await server.cli('CLUSTER', 'NODES');
      const replicas = nodes.split('\n').filter((line) => line.includes('slave'));
      if (replicas.length !== this.replicas.length) return false;
      return (await server.cli('CLUSTER', 'INFO')).includes('cluster_state:ok');
    });
    await Promise.all(this.replicas.map((replica) => replica.replicating()));
  }

  private async until(what: string, holds: (server: RedisServer) => Promise<boolean>) {
    for (const server of this.servers) await until(what, () => holds(server), 20_000);
  }
}

async function startClusterServer(timeout: number): Promise<RedisServer> {
  // The default, the port and 10,000, is often beyond the last port that there is.
  const busPort = await freePort();
  const server = await RedisServer.start(
    ...['--cluster-enabled', 'yes'],
    ...['--cluster-announce-ip', '127.0.0.1'],
    ...['--cluster-port', String(busPort)],
    ...['--cluster-node-timeout', String(timeout)],
    ...['--repl-diskless-sync-delay', '0'],
  );
  server.busPort = busPort;
  return server;
}
