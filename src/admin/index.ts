export { PushAdminModule } from './push-admin.module.js';
export type {
  PushAdminAccess,
  PushAdminKeys,
  PushAdminModuleAsyncOptions,
  PushAdminModuleOptions,
  PushAdminSettings,
} from './push-admin.options.js';
