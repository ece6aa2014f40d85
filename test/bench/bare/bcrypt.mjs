import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Bare bcrypt: one thread that does nothing else. */
process.on('message', async (workerData) => {
  const before = process.cpuUsage();
  const [told] = await once(new Worker(new URL('./bcrypt-thread.mjs', import.meta.url), { workerData }), 'message');
  const { user, system } = process.cpuUsage(before);
  process.send({ rate: told.rate, micros: (user + system) / (told.count + 1) });
});
process.on('disconnect', () => process.exit());
process.send({});
