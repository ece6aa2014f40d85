import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { AwaitableList } from './awaitable-list.js';
import { findProgram, startDisposableServer } from './disposable-server.js';
import { type LocalServer, ProgramNotInstalledError } from './local-servers.js';
import { reapOnExit, temporaryFolder } from './resource-reaper.js';

export const kcatProgram = (): string | undefined => findProgram(['kcat', 'kafkacat']);

function kcat(): string {
  const program = kcatProgram();
  if (!program) throw new ProgramNotInstalledError('kcat is not installed. Get it with: make services');
  return program;
}

/**
 * The cluster of one broker that librdkafka brings along for tests, in memory, with four partitions per topic. It makes
 * every topic it is asked for, and knows no transactions, no TLS and no login.
 */
export async function startKafka(): Promise<LocalServer> {
  const folder = temporaryFolder();
  const log = path.join(folder.path, 'output.log');
  const port = (): number => Number(/bootstrap\.servers=127\.0\.0\.1:(\d+)/.exec(readFileSync(log, 'utf8'))?.[1] ?? 0);
  const cluster = ['-b', 'unused:1', '-X', 'test.mock.num.brokers=1', '-d', 'mock'];
  const command = [kcat(), '-C', '-t', 'keepalive', ...cluster] as const;
  const server = await startDisposableServer({ command, folder, ready: async () => port() > 0 });
  return { ...server, url: `kafka://127.0.0.1:${port()}`, port: port() };
}

export interface KafkaRecord {
  readonly key: string;
  readonly partition: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

export interface KafkaConsumer {
  readonly records: readonly KafkaRecord[];
  waitFor(fits: (record: KafkaRecord) => boolean, timeoutMs?: number): Promise<KafkaRecord>;
  stop(): Promise<void>;
}

/** Reads a topic from its beginning, as a program that shares nothing with ours: kcat, as JSON lines. */
export function consumeKafka(broker: string, topic: string): KafkaConsumer {
  const received = new AwaitableList<KafkaRecord>('record');
  const args = ['-C', '-q', '-u', '-J', '-o', 'beginning', '-b', broker, '-t', topic];
  const child: ChildProcess = spawn(kcat(), args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const group = reapOnExit(child.pid === undefined ? {} : { group: child.pid });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => received.add(toRecord(line)));
  }
  return {
    records: received.items,
    waitFor: (fits, timeoutMs) => received.waitFor(fits, timeoutMs),
    stop: () => group.end(),
  };
}

/** Writes one record, as a program that shares nothing with ours. Returns when the cluster has it. */
export function produceKafkaRecord(broker: string, topic: string, record: Omit<KafkaRecord, 'partition'>): void {
  const headers = Object.entries(record.headers).flatMap(([name, value]) => ['-H', `${name}=${value}`]);
  const args = ['-P', '-b', broker, '-t', topic, '-k', record.key, '-X', 'acks=all', ...headers];
  const { status, stderr } = spawnSync(kcat(), args, { input: record.payload, timeout: 10_000 });
  if (status !== 0) throw new Error(`kcat ended with ${status}: ${stderr}`);
}

function toRecord(line: string): KafkaRecord {
  const { key, partition, payload, headers = [] } = JSON.parse(line) as KafkaRecord & { headers?: string[] };
  const pairs = headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : []));
  return { key, partition, payload, headers: Object.fromEntries(pairs) };
}
