import { findBrokenInvariants } from '../support/invariant-checks.js';
import { randomCredentials } from '../support/registration-requests.js';
import { startDeployment, type TestDeployment, type TestDeploymentOptions } from '../support/test-deployment.js';
import { FaultProxy } from './fault-proxy.js';
import { type FinalState, findInvariantViolations } from './invariant-checkers.js';
import { OperationHistory } from './operation-history.js';
import { RecordingClient } from './recording-client.js';

const DEPENDENCY_SETTINGS = {
  database: 'DATABASE_URL',
  redis: 'REDIS_URL',
  mail: 'SMTP_URL',
  broker: 'RABBITMQ_URL',
} as const;
type Dependency = keyof typeof DEPENDENCY_SETTINGS;

export interface FaultyDeploymentOptions extends TestDeploymentOptions {
  /** Which replicas, by their place in `runs`, reach their dependencies through `faults`. */
  readonly proxiedReplicas?: readonly number[];
}

/** A deployment whose dependencies fail on command, and whose visitors' calls are remembered. */
export interface FaultyDeployment extends TestDeployment {
  readonly proxies: Readonly<Record<Dependency, FaultProxy>>;
  readonly history: OperationHistory;
  createClient(name?: string, known?: object): RecordingClient;
  /** Everything that is wrong with what was seen and what is stored. Heals and drains first. */
  findFaults(): Promise<string[]>;
}

export async function startFaultyDeployment(o: FaultyDeploymentOptions): Promise<FaultyDeployment> {
  const faults = new Map<Dependency, FaultProxy>();
  const places = Object.entries(DEPENDENCY_SETTINGS) as [Dependency, string][];
  const before = async (env: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
    for (const [place, name] of places) {
      const url = env[name];
      if (url && !faults.has(place)) faults.set(place, await FaultProxy.start(url));
    }
    return Object.fromEntries(
      places.flatMap(([place, name]) => (faults.has(place) ? [[name, faults.get(place)?.url ?? '']] : [])),
    );
  };
  let proxied: Promise<Record<string, string>> | undefined;
  const envOf = async (at: number, env: Readonly<Record<string, string>>) => {
    proxied ??= before(env);
    return { ...((o.proxiedReplicas ?? [0]).includes(at) ? await proxied : {}), ...(await o.replicaEnv?.(at, env)) };
  };
  const deployment = await startDeployment({ ...o, replicaEnv: envOf });
  const history = new OperationHistory();
  const heal = () => {
    for (const proxy of faults.values()) proxy.restore();
  };
  return Object.assign(Object.create(deployment) as TestDeployment, {
    proxies: Object.fromEntries(faults) as FaultyDeployment['proxies'],
    history,
    createClient: (name?: string, known: object = {}) =>
      new RecordingClient(history, { ...randomCredentials(), ...known }, name),
    async findFaults() {
      heal();
      await deployment.waitUntilDrained();
      return [
        ...(await findBrokenInvariants(deployment.database)),
        ...findInvariantViolations(history.operations, await readFacts(deployment, o.broker === true)),
      ];
    },
    async close() {
      heal();
      await deployment.close();
      for (const proxy of faults.values()) await proxy.stop();
    },
  });
}

/** What the database holds, and what others have heard; without a broker, what they would hear. */
async function readFacts(deployment: TestDeployment, hasBroker: boolean): Promise<FinalState> {
  const rows = async <T extends object>(sql: string): Promise<T[]> => (await deployment.database.query<T>(sql)).rows;
  const announced = await rows<FinalState['events'][number]>(
    'select event_id as id, type, aggregate_id as subject from outbox',
  );
  if (hasBroker) for (const { id } of announced) await deployment.events.waitFor((event) => event.id === id);
  return {
    customers: await rows('select id, email, attempt_id as "attemptId" from customers'),
    events: hasBroker
      ? deployment.events.events.map((event) => ({ ...event, subject: event.subject ?? '' }))
      : announced,
  };
}
