import type { Provider } from '@nestjs/common';
import { ENGINE, type Engine } from '../engine/engine.js';
import { HISTORY, type History, type HistoryKeeper } from '../history/history.js';
import { Asked } from './asked.js';
import {
  checkPushHistoryOptions,
  DELIVERY_OPTIONS,
  type CheckedDeliveryOptions,
} from './delivery.options.js';
import { DeliveryLifecycle } from './delivery-lifecycle.js';
import { Requests } from './requests.js';
import { RetainedSends } from './retained-sends.js';
import { Sender } from './sender.js';

export const deliveryProviders: Provider[] = [
  { provide: HISTORY, useFactory: historyOf, inject: [DELIVERY_OPTIONS, ENGINE] },
  Sender,
  RetainedSends,
  Asked,
  Requests,
  DeliveryLifecycle,
];

/** @throws Error when the engine cannot keep messages and no other store is given */
function historyOf({ history: given }: CheckedDeliveryOptions, engine: Engine): History | null {
  if (given === undefined) return null;
  const {
    store,
    maxRecovered: _maxRecovered,
    checkInterval: _checkInterval,
    ...limits
  } = checkPushHistoryOptions(given);
  const keeper = store ?? engine;
  if (!isKeeper(keeper)) throw noKeeper();
  return keeper.history(limits, engine);
}

function isKeeper(value: object): value is HistoryKeeper {
  return 'history' in value;
}

function noKeeper(): Error {
  return new Error(
    'PushModule: the engine keeps no messages, so option "history" needs a "store", a HistoryKeeper.',
  );
}
