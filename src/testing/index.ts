export { createTestClient } from './client/create-test-client.js';
export { closeTestClients } from './client/open-clients.js';
export {
  TestClient,
  type EventDataOf,
  type JsonFrame,
  type SendsToConnection,
  type TestMessage,
} from './client/test-client.js';
export type {
  TestClientOptions,
  TestConnection,
  TestIdentity,
  TextTestClientOptions,
  TextTestIdentity,
} from './client/test-client.options.js';
export type { TestRequest } from './client/test-request.js';
export { TestSocket, type Closing, type SocketOptions } from './client/test-socket.js';
export { TextTestClient } from './client/text-test-client.js';
export { UpgradeRefused } from './client/upgrade-refused.js';
export type { Match, PartOf } from './match.js';
export type { MessageData, RequestData, WelcomeData } from '../protocol/frames.js';
export { createRecordingPush, type RecordingPush } from './recording/recorder.js';
export type {
  AskedOf,
  CannedAnswer,
  Disconnected,
  Recording,
  Sent,
  SentBy,
} from './recording/recording.js';
export type { Parcel, ParcelFilter, Way } from './cluster/parcel.js';
export { createTestCluster, type TestCluster } from './cluster/test-cluster.js';
export type {
  ComposedClusterOptions,
  NodeCount,
  OwnClusterOptions,
  TestClusterOptions,
} from './cluster/test-cluster.options.js';
export type { TestNode } from './cluster/test-node.js';
export { ENGINE } from '../engine/engine.js';
