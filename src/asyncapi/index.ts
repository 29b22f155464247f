export { pushAsyncApi } from './push-async-api.js';
export type { PushAsyncApiOptions } from './async-api.options.js';
export type {
  AsyncApiChannel,
  AsyncApiDocument,
  AsyncApiMessage,
  AsyncApiOperation,
  AsyncApiServer,
  Reference,
} from './async-api.js';
export type { JsonSchema } from './described-frame.js';
