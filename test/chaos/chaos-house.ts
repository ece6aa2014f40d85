import { brokenInvariants } from '../replicas/checks.js';
import { type House, type HouseOptions, openHouse } from '../replicas/house.js';
import { stranger } from '../replicas/people.js';
import { type Facts, faultsOf } from './checkers.js';
import { FaultProxy } from './fault-proxy.js';
import { History } from './history.js';
import { Visitor } from './visitor.js';

const PLACES = { database: 'DATABASE_URL', redis: 'REDIS_URL', mail: 'SMTP_URL', broker: 'RABBITMQ_URL' } as const;
type Place = keyof typeof PLACES;

export interface ChaosHouseOptions extends HouseOptions {
  /** Which replicas, by their place in `runs`, reach their dependencies through `faults`. */
  readonly faulty?: readonly number[];
}

/** A house whose dependencies fail on command, and whose visitors' calls are remembered. */
export interface ChaosHouse extends House {
  readonly faults: Readonly<Record<Place, FaultProxy>>;
  readonly history: History;
  newcomer(name?: string, known?: object): Visitor;
  /** Everything that is wrong with what was seen and what is stored. Heals and drains first. */
  verdict(): Promise<string[]>;
}

export async function openChaosHouse(o: ChaosHouseOptions): Promise<ChaosHouse> {
  const faults = new Map<Place, FaultProxy>();
  const places = Object.entries(PLACES) as [Place, string][];
  const before = async (env: Readonly<Record<string, string>>): Promise<Record<string, string>> => {
    for (const [place, name] of places) {
      const url = env[name];
      if (url && !faults.has(place)) faults.set(place, await FaultProxy.before(url));
    }
    return Object.fromEntries(
      places.flatMap(([place, name]) => (faults.has(place) ? [[name, faults.get(place)?.url ?? '']] : [])),
    );
  };
  let proxied: Promise<Record<string, string>> | undefined;
  const envOf = async (at: number, env: Readonly<Record<string, string>>) => {
    proxied ??= before(env);
    return { ...((o.faulty ?? [0]).includes(at) ? await proxied : {}), ...(await o.envOf?.(at, env)) };
  };
  const house = await openHouse({ ...o, envOf });
  const history = new History();
  const heal = () => {
    for (const proxy of faults.values()) proxy.pass();
  };
  return Object.assign(Object.create(house) as House, {
    faults: Object.fromEntries(faults) as ChaosHouse['faults'],
    history,
    newcomer: (name?: string, known: object = {}) => new Visitor(history, { ...stranger(), ...known }, name),
    async verdict() {
      heal();
      await house.drained();
      return [
        ...(await brokenInvariants(house.database)),
        ...faultsOf(history.operations, await factsOf(house, o.broker === true)),
      ];
    },
    async close() {
      heal();
      await house.close();
      for (const proxy of faults.values()) await proxy.stop();
    },
  });
}

/** What the database holds, and what others have heard; without a broker, what they would hear. */
async function factsOf(house: House, hasBroker: boolean): Promise<Facts> {
  const rows = async <T extends object>(sql: string): Promise<T[]> => (await house.database.query<T>(sql)).rows;
  const announced = await rows<Facts['events'][number]>(
    'select event_id as id, type, aggregate_id as subject from outbox',
  );
  if (hasBroker) for (const { id } of announced) await house.events.waitFor((event) => event.id === id);
  return {
    customers: await rows('select id, email, attempt_id as "attemptId" from customers'),
    events: hasBroker ? house.events.events.map((event) => ({ ...event, subject: event.subject ?? '' })) : announced,
  };
}
