import { setTimeout as sleep } from 'node:timers/promises';
import { randomCredentials, wrongCodes } from '../support/registration-requests.js';
import type { FaultyDeployment } from './faulty-deployment.js';
import type { RecordingClient } from './recording-client.js';
import { pickRandom, type RandomSource, randomIntBetween } from './seeded-random.js';

/** One stranger after the other, who guesses wrong, clicks twice, comes again and sometimes changes his mind. */
export async function runRandomClients(
  deployment: FaultyDeployment,
  name: string,
  random: RandomSource,
  until: number,
): Promise<RecordingClient[]> {
  const visitors: RecordingClient[] = [];
  while (performance.now() < until) {
    const last = visitors.at(-1);
    const again = last && random() < 0.25 ? { email: last.person.email } : {};
    const visitor = deployment.createClient(`${name}.${visitors.length}`, { ...randomCredentials(), ...again });
    visitors.push(visitor);
    await runRandomClient(deployment, visitor, random, until);
  }
  return visitors;
}

async function runRandomClient(
  deployment: FaultyDeployment,
  visitor: RecordingClient,
  random: RandomSource,
  until: number,
): Promise<void> {
  const randomUrl = (): string => pickRandom(random, deployment.urls);
  const retryUntilSettled = async (call: () => Promise<{ status: number }>): Promise<number> => {
    for (;;) {
      const { status } = await call();
      const again = status === 0 || status === 503 || status === 409;
      if (!again || performance.now() > until) return status;
      await sleep(randomIntBetween(random, 50, 400));
    }
  };
  if ((await retryUntilSettled(() => visitor.register(randomUrl()))) !== 201) return;
  if (random() < 0.2) await visitor.register(randomUrl());
  const code = await visitor.waitForCode(deployment.mails, 1_500).catch(() => undefined);
  if (code === undefined) return void (await visitor.resend(randomUrl()));
  for (const wrong of wrongCodes(code, Math.max(0, randomIntBetween(random, -2, 5))))
    await visitor.activate(randomUrl(), wrong);
  if (random() < 0.2) await visitor.logIn(randomUrl());
  const activatesTwice = random() < 0.3;
  const [status] = await Promise.all([
    retryUntilSettled(() => visitor.activate(randomUrl(), code)),
    activatesTwice ? visitor.activate(randomUrl(), code) : undefined,
  ]);
  if (status === 200) await retryUntilSettled(() => visitor.logIn(randomUrl()));
}
