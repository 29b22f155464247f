/** Socket.IO alone, in one process. */
import { serve } from './serve.js';
import { startSocketIo } from '../../lib/servers/socketio-app.js';

serve(await startSocketIo());
