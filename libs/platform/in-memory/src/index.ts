export { EphemeralMap } from './ephemeral-map.js';
export { type Keepable, NoSnapshots, Snapshots } from './snapshots.js';
