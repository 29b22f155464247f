import { Logger } from '@nestjs/common';
import type { Admission, ConnectionLimit, Engine } from '../engine/engine.js';
import { ErrorCode } from '../protocol/codes.js';
import { isPromise, type MaybePromise } from '../protocol/maybe-promise.js';
import { connectionIdOf } from '../protocol/names.js';
import { PushException } from '../protocol/push.exception.js';
import type { Signals } from '../signals/signals.js';
import { Connection, type ConnectionDetails } from './connection.js';
import type { ConnectionTable } from './connection-table.js';
import type { PushEvent } from './push-event.js';
import type { RetainedInbox } from './retained-inbox.js';
import type { Transport } from './transport.js';
import type { Undecided } from './undecided.js';

/** The node on which connections come and go. */
export interface Admitting {
  readonly node: string;
  readonly events: { readonly observed: boolean; next(event: PushEvent): void };
  readonly inbox: RetainedInbox | null;
  readonly undecided: Undecided | null;
}

/** How connections come and go: into the table and out of it, and what the engine says of it. */
export class Admissions {
  private readonly logger = new Logger('LocalNode');
  private connectionCounter = 0;

  constructor(
    private readonly local: Admitting,
    private readonly table: ConnectionTable,
    private readonly engine: Engine,
    private readonly limit: ConnectionLimit | undefined,
    private readonly signals: Signals,
  ) {}

  attach(transport: Transport, details: ConnectionDetails): MaybePromise<Connection | null> {
    const id = connectionIdOf(this.local.node, ++this.connectionCounter);
    const connection = new Connection(id, transport, details);
    this.table.add(connection);
    transport.attached(connection);
    let admission: MaybePromise<Admission>;
    try {
      admission = this.engine.register(connection, this.limit);
    } catch (error) {
      this.letGo(connection);
      throw error;
    }
    if (!isPromise(admission)) return this.admit(connection, admission);
    this.local.undecided?.begin(connection);
    return admission.then(
      (answer) => this.admit(connection, answer),
      (error: unknown) => {
        this.letGo(connection);
        throw error;
      },
    );
  }

  detach(connection: Connection, code: number, reason: string): void {
    if (!this.letGo(connection)) return;
    connection.markClosed();
    if (!connection.isIn) return;
    const { events } = this.local;
    if (events.observed) {
      events.next({ type: 'disconnected', connection: connection.describe(), code, reason });
    }
    this.unregister(connection);
  }

  private admit(connection: Connection, admission: Admission): Connection | null {
    if (!admission.admitted) {
      this.letGo(connection);
      if (!admission.isFinal) throw limitUnsure();
      return null;
    }
    if (this.table.get(connection.connectionId) === undefined) {
      this.unregister(connection);
      return null;
    }
    connection.isIn = true;
    const { events, undecided } = this.local;
    if (events.observed) events.next({ type: 'connected', connection: connection.describe() });
    if (undecided !== null) this.signals.deliveries += undecided.decide(connection);
    return connection;
  }

  private unregister(connection: Connection): void {
    const groups = connection.groups === null ? NO_GROUPS : [...connection.groups.keys()];
    const done = this.engine.unregister(connection, groups);
    if (isPromise(done)) {
      done.catch((error: unknown) =>
        this.logger.warn(`A connection was not unregistered: ${String(error)}`),
      );
    }
  }

  /** Answers whether it was in the table. */
  private letGo(connection: Connection): boolean {
    if (!this.table.remove(connection)) return false;
    const { inbox, undecided } = this.local;
    if (!connection.isIn) undecided?.end(connection);
    const { uid } = connection;
    if (inbox !== null && this.table.oldestOf(uid) === undefined) inbox.forget(uid);
    return true;
  }
}

const NO_GROUPS: readonly string[] = [];

function limitUnsure(): PushException {
  return new PushException(
    ErrorCode.CONNECTION_LIMIT_UNSURE,
    'This uid has as many connections as it may have, some of which may be gone; try again.',
  );
}
