import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Expected<T> {
  readonly pattern: RegExp;
  readonly resolve: (result: T) => void;
}

/** A TCP proxy that can be cut like a cable: nothing passes, and nobody is told. */
export class CuttableProxy {
  private readonly sockets = new Set<Socket>();
  /** Those of the sockets that lead to the server. */
  private readonly answering = new Set<Socket>();
  private isCut = false;
  private toLose: Expected<void> | undefined;
  private toHold: Expected<() => Promise<unknown>> | undefined;
  private toDelay: Expected<() => void> | undefined;
  /** Has a request on its way, from a client that is gone. */
  private held: Socket | undefined;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  static async to(targetPort: number): Promise<CuttableProxy> {
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttableProxy(server, targetPort);
  }

  get url(): string {
    return this.urlFor('redis:');
  }

  /** Where it listens, for a client of this protocol. */
  urlFor(protocol: string): string {
    return `${protocol}//127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** What was under way arrives late, as it does. */
  mend(): void {
    this.isCut = false;
    for (const socket of this.sockets) socket.resume();
  }

  /**
   * The next answer that matches gets lost, and with it every connection: the server has done what
   * it was asked to, and whoever asked does not know. Resolves when that has happened; from then
   * on the cable is cut until `mend`.
   */
  loseAnswer(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => (this.toLose = { pattern, resolve }));
  }

  /**
   * The next request that matches is held up while every connection ends, and the cable is cut
   * until `mend`. Answers how to let the request arrive after all, which resolves when the server
   * has answered it.
   */
  holdRequest(pattern: RegExp): Promise<() => Promise<unknown>> {
    return new Promise((resolve) => (this.toHold = { pattern, resolve }));
  }

  /** Requests arrive, and no answer comes back until the returned function is called. */
  holdAnswers(): () => void {
    for (const socket of this.answering) socket.pause();
    return () => {
      for (const socket of this.answering) socket.resume();
    };
  }

  /**
   * The same from the next answer that matches on; resolves when it has come this far, with how
   * to let it and what follows go on.
   */
  holdAnswer(pattern: RegExp): Promise<() => void> {
    return new Promise((resolve) => (this.toDelay = { pattern, resolve }));
  }

  close(): void {
    this.server.close();
    this.held?.destroy();
    this.endAll();
  }

  private join(client: Socket): void {
    const server = connect(this.targetPort, '127.0.0.1');
    client.on('data', (bytes) => this.ask(server, bytes));
    server.on('data', (bytes) => this.answer(client, bytes));
    this.answering.add(server);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        this.answering.delete(from);
        if (to !== this.held) to.destroy();
      });
      if (this.isCut) from.pause();
      else from.resume();
    }
  }

  private ask(server: Socket, bytes: Buffer): void {
    const { toHold } = this;
    if (toHold === undefined || !toHold.pattern.test(bytes.toString())) {
      server.write(bytes);
      return;
    }
    this.toHold = undefined;
    this.held = server;
    this.sockets.delete(server);
    this.sever();
    toHold.resolve(() => {
      server.write(bytes);
      return once(server, 'data');
    });
  }

  private answer(client: Socket, bytes: Buffer): void {
    const { toLose, toDelay } = this;
    if (toDelay?.pattern.test(bytes.toString())) {
      this.toDelay = undefined;
      const goOn = this.holdAnswers();
      toDelay.resolve(() => {
        client.write(bytes);
        goOn();
      });
      return;
    }
    if (toLose === undefined || !toLose.pattern.test(bytes.toString())) {
      client.write(bytes);
      return;
    }
    this.toLose = undefined;
    this.sever();
    toLose.resolve();
  }

  /** Every connection ends, and the cable is cut until `mend`. */
  sever(): void {
    this.isCut = true;
    this.endAll();
  }

  private endAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
