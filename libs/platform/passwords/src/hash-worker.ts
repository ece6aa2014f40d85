import os from 'node:os';
import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcrypt';
import type { HashAnswer, HashJob } from './hash-job.js';

// Linux lowers the calling thread only, so requests and the database go first; elsewhere it would lower the whole process.
if (process.platform === 'linux') os.setPriority(os.constants.priority.PRIORITY_LOW);

parentPort?.on('message', async (job: HashJob) => parentPort?.postMessage(await answer(job)));

async function answer(job: HashJob): Promise<HashAnswer> {
  const start = performance.now();
  try {
    const value = await work(job);
    return { value, ms: performance.now() - start };
  } catch (error) {
    return { error: String(error) };
  }
}

async function work(job: HashJob): Promise<string | boolean> {
  if (job.op === 'hash') return bcrypt.hashSync(job.preHash, job.cost);
  if (job.op === 'verify') return bcrypt.compareSync(job.preHash, job.hash);
  // Loaded where it is needed only.
  const { verifyForeign } = await import('./legacy/verify-foreign.js');
  return verifyForeign(job.password, job.hash);
}
