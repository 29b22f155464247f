export { describePushApi } from './describe-push-api.js';
