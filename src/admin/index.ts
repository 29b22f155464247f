export { PushAdminModule } from './push-admin.module.js';
export type {
  AdminAccess,
  PushAdminModuleAsyncOptions,
  PushAdminModuleOptions,
} from './push-admin.options.js';
