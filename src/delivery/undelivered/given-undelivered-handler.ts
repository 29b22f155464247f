import { ApplicationPart } from '../../options/application-part.js';
import type { UndeliveredHandler } from './undelivered-handler.js';

/** The handler that the options name, if they do. */
export class GivenUndeliveredHandler extends ApplicationPart<UndeliveredHandler> {}
