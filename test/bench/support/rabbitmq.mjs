import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const PATH = `${process.env.PATH}:/usr/sbin:/usr/lib/rabbitmq/bin`;
const control = (...args) =>
  promisify(execFile)('rabbitmqctl', ['--quiet', ...args], { timeout: 60_000, env: { ...process.env, PATH } });

/** A virtual host of our own on the broker of this machine, or on the one that BENCH_RABBITMQ_URL names (all of it). */
export async function freshVhost() {
  const given = process.env.BENCH_RABBITMQ_URL;
  if (given) return { url: given, drop: async () => undefined };
  const name = `foyer-bench-${process.pid}`;
  await control('add_vhost', name);
  await control('set_permissions', '-p', name, 'guest', '.*', '.*', '.*');
  return { url: `amqp://guest:guest@127.0.0.1:5672/${name}`, drop: () => control('delete_vhost', name) };
}
