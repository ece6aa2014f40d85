import os from 'node:os';
import { parentPort } from 'node:worker_threads';
import bcrypt from 'bcrypt';
import type { HashJob, HashWorkerReply } from './hash-job.js';

// On Linux this lowers only the calling thread, so requests and the database take precedence; elsewhere it would lower
// the whole process.
if (process.platform === 'linux') os.setPriority(os.constants.priority.PRIORITY_LOW);

parentPort?.on('message', async (job: HashJob) => parentPort?.postMessage(await replyTo(job)));

async function replyTo(job: HashJob): Promise<HashWorkerReply> {
  const start = performance.now();
  try {
    const value = await execute(job);
    return { value, ms: performance.now() - start };
  } catch (error) {
    return { error: String(error) };
  }
}

async function execute(job: HashJob): Promise<string | boolean> {
  if (job.op === 'hash') return bcrypt.hashSync(job.preHash, job.cost);
  if (job.op === 'verify') return bcrypt.compareSync(job.preHash, job.hash);
  // Loaded only when needed.
  const { verifyLegacyHash } = await import('./legacy/verify-legacy-hash.js');
  return verifyLegacyHash(job.password, job.hash);
}
