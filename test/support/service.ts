import { inject } from 'vitest';
import type { Kind } from './probe.js';
import type { Found } from './service-desk.js';
import type { Unavailable } from './services.js';

export type Available = Exclude<Found, Unavailable>;

const asked = new Map<Kind, Promise<Found>>();

/**
 * The service of this run, started now if nobody needed it before (RabbitMQ takes up to 8 s: ask in a hook).
 * @throws Error with one line that says how to get it, so a suite that needs a missing service fails.
 */
export async function service(kind: Kind): Promise<Available> {
  const answer = asked.get(kind) ?? ask(kind);
  asked.set(kind, answer);
  const found = await answer;
  if (found.how === 'none') throw new Error(found.why);
  return found;
}

async function ask(kind: Kind): Promise<Found> {
  const response = await fetch(`${inject('serviceDesk')}/${kind}`);
  return (await response.json()) as Found;
}
