export { NoSnapshotStore, type Snapshotable, SnapshotStore } from './snapshot-store.js';
export { TtlMap } from './ttl-map.js';
