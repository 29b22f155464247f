import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ENGINE, type Engine } from '../engine/engine.js';
import { HISTORY, type History, type HistoryKeeper } from '../history/history.js';
import { Acknowledgements } from './acknowledgements.js';
import { Archive } from './archive.js';
import { Asked } from './requests/asked.js';
import {
  checkPushHistoryOptions,
  DELIVERY_OPTIONS,
  storeOptionsOf,
  type CheckedDeliveryOptions,
  type CheckedPushHistoryOptions,
} from './delivery.options.js';
import { DeliveryLifecycle } from './delivery-lifecycle.js';
import { Idempotency } from './idempotency.js';
import { LocalNode } from '../registry/local-node.js';
import { Signals } from '../signals/signals.js';
import { Receipts } from './receipts/receipts.js';
import { Recovery } from './recovery.js';
import { Requests } from './requests/requests.js';
import { RetainedSends } from './retained-sends.js';
import { Sender } from './sender.js';
import { Sends } from './sends.js';
import { Streams } from './streams/streams.js';
import { GivenUndeliveredHandler } from './undelivered/given-undelivered-handler.js';
import { Undelivered } from './undelivered/undelivered.js';

/** What the option `history` says; null where it is not given. */
const SETTINGS = Symbol('PushHistoryOptions');
type Settings = CheckedPushHistoryOptions | null;

export const deliveryProviders: Provider[] = [
  {
    provide: SETTINGS,
    useFactory: ({ history }: CheckedDeliveryOptions): Settings =>
      history === undefined ? null : checkPushHistoryOptions(history),
    inject: [DELIVERY_OPTIONS],
  },
  { provide: HISTORY, useFactory: historyOf, inject: [SETTINGS, ENGINE] },
  {
    provide: Streams,
    useFactory: streamsOf,
    inject: [SETTINGS, HISTORY, LocalNode, ENGINE, Signals],
  },
  {
    provide: GivenUndeliveredHandler,
    useFactory: (moduleRef: ModuleRef, settings: Settings) =>
      new GivenUndeliveredHandler(moduleRef, settings?.undeliveredHandler),
    inject: [ModuleRef, SETTINGS],
  },
  {
    provide: Undelivered,
    useFactory: undeliveredOf,
    inject: [SETTINGS, HISTORY, GivenUndeliveredHandler],
  },
  { provide: Recovery, useFactory: recoveryOf, inject: [SETTINGS, HISTORY, Streams] },
  Sender,
  RetainedSends,
  Idempotency,
  Sends,
  Asked,
  Requests,
  Receipts,
  Archive,
  Acknowledgements,
  DeliveryLifecycle,
];

/** @throws Error when the engine cannot keep messages and no other store is given */
function historyOf(settings: Settings, engine: Engine): History | null {
  if (settings === null) return null;
  const keeper = settings.store ?? engine;
  if (!isKeeper(keeper)) throw noKeeper();
  return keeper.history(storeOptionsOf(settings), engine);
}

function streamsOf(
  settings: Settings,
  history: History | null,
  local: LocalNode,
  engine: Engine,
  signals: Signals,
): Streams | null {
  if (settings === null || history === null) return null;
  return new Streams(history, local, engine, settings, signals);
}

function undeliveredOf(
  settings: Settings,
  history: History | null,
  given: GivenUndeliveredHandler,
): Undelivered | null {
  if (settings === null || history === null) return null;
  const isGiven = settings.undeliveredHandler !== undefined;
  return new Undelivered(history, settings, isGiven ? () => given.get() : undefined);
}

function recoveryOf(
  settings: Settings,
  history: History | null,
  streams: Streams | null,
): Recovery | null {
  if (settings === null || history === null || streams === null) return null;
  return new Recovery(history, streams, settings.maxRecovered);
}

function isKeeper(value: object): value is HistoryKeeper {
  return 'history' in value;
}

function noKeeper(): Error {
  return new Error(
    'PushModule: the engine keeps no messages, so option "history" needs a "store", a HistoryKeeper.',
  );
}
