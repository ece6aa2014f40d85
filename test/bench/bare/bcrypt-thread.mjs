import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import bcrypt from 'bcrypt';

/** Hashes, or compares, without a pause until the end, on a thread of the lowest priority. */
const { op, cost, seconds } = workerData;
if (process.platform === 'linux') os.setPriority(os.constants.priority.PRIORITY_LOW);
const password = 'x'.repeat(64);
const hash = bcrypt.hashSync(password, cost);
const started = performance.now();
const end = started + seconds * 1000;
let count = 0;
for (; performance.now() < end; count++) {
  if (op === 'verify') bcrypt.compareSync(password, hash);
  else bcrypt.hashSync(password, cost);
}
parentPort.postMessage({ rate: count / ((performance.now() - started) / 1000), count });
