import { setTimeout as sleep } from 'node:timers/promises';
import { stranger, wrongCodes } from '../replicas/people.js';
import type { ChaosHouse } from './chaos-house.js';
import { between, pick, type Random } from './random.js';
import type { Visitor } from './visitor.js';

/** One stranger after the other, who guesses wrong, clicks twice, comes again and sometimes changes his mind. */
export async function live(house: ChaosHouse, name: string, random: Random, until: number): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  while (performance.now() < until) {
    const last = visitors.at(-1);
    const again = last && random() < 0.25 ? { email: last.person.email } : {};
    const visitor = house.newcomer(`${name}.${visitors.length}`, { ...stranger(), ...again });
    visitors.push(visitor);
    await visit(house, visitor, random, until);
  }
  return visitors;
}

async function visit(house: ChaosHouse, visitor: Visitor, random: Random, until: number): Promise<void> {
  const anywhere = (): string => pick(random, house.urls);
  const patiently = async (call: () => Promise<{ status: number }>): Promise<number> => {
    for (;;) {
      const { status } = await call();
      const again = status === 0 || status === 503 || status === 409;
      if (!again || performance.now() > until) return status;
      await sleep(between(random, 50, 400));
    }
  };
  if ((await patiently(() => visitor.register(anywhere()))) !== 201) return;
  if (random() < 0.2) await visitor.register(anywhere());
  const code = await visitor.codeFrom(house.mails, 1_500).catch(() => undefined);
  if (code === undefined) return void (await visitor.resend(anywhere()));
  for (const wrong of wrongCodes(code, Math.max(0, between(random, -2, 5)))) await visitor.activate(anywhere(), wrong);
  if (random() < 0.2) await visitor.logIn(anywhere());
  const both = random() < 0.3;
  const [status] = await Promise.all([
    patiently(() => visitor.activate(anywhere(), code)),
    both ? visitor.activate(anywhere(), code) : undefined,
  ]);
  if (status === 200) await patiently(() => visitor.logIn(anywhere()));
}
