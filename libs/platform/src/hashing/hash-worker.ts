import os from 'node:os';
import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcrypt';
import type { HashAnswer, HashJob } from './hash-job.js';

// Linux lowers the calling thread only, so requests and the database go first; elsewhere it would lower the whole process.
if (process.platform === 'linux') os.setPriority(os.constants.priority.PRIORITY_LOW);

parentPort?.on('message', (job: HashJob) => parentPort?.postMessage(answer(job)));

function answer(job: HashJob): HashAnswer {
  const start = performance.now();
  try {
    const value = work(job);
    return { value, ms: performance.now() - start };
  } catch (error) {
    return { error: String(error) };
  }
}

function work(job: HashJob): string | boolean {
  return job.op === 'hash' ? bcrypt.hashSync(job.preHash, job.cost) : bcrypt.compareSync(job.preHash, job.hash);
}
