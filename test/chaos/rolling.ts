import { expect } from 'vitest';
import { type House, openHouse } from '../replicas/house.js';
import { activate, codeOf, logIn, type Person, register, stranger } from '../replicas/people.js';
import { send } from '../support/http-message.js';
import { startBalancer } from './balancer.js';
import { steady } from './steady.js';

/** One issuer; a second in which a balancer can look elsewhere; everybody comes from one address. */
const RULES = {
  PRE_STOP_MS: '1000',
  PUBLIC_URL: 'https://foyer.example.org',
  TRUSTED_SOURCES: '127.0.0.0/8',
};

export const openPair = (o: { broker?: boolean } = {}): Promise<House> =>
  openHouse({ ...o, runs: ['all', 'all'], env: RULES });

/** From stranger to signed-in customer, every step wherever it lands. */
export async function walkIn(url: string, { mails }: House, person: Person = stranger()): Promise<string> {
  const code = await codeOf(mails, person, await register(url, person));
  const statuses = [(await activate(url, person, code)).status, (await logIn(url, person)).status];
  return `walk ${statuses.join(' ')}`;
}

/**
 * LD-05: restarts one replica after the other, `rounds` times, while people come in through a balancer. Returns what came of
 * every call and every exit code.
 */
export async function restartInTurn(house: House, rounds: number, perSecond: number): Promise<readonly string[]> {
  const balancer = await startBalancer(house.urls);
  const guest = stranger();
  expect(await walkIn(balancer.url, house, guest)).toBe('walk 200 200');
  const bearer = ((await logIn(balancer.url, guest)).json as { access_token: string }).access_token;
  const me = async (): Promise<string> => {
    const { status, text } = await send(`${balancer.url}/v1/customers/me`, 'GET', { bearer });
    return status === 200 ? 'me 200' : `me ${status} ${text}`;
  };
  const exits: string[] = [];
  const restarts = async (): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      for (const program of house.programs) {
        exits.push(`exit ${await program.stop()}`);
        await program.start();
        await expect.poll(() => balancer.ready, { timeout: 10_000 }).toBe(house.programs.length);
      }
    }
  };
  const outcomes = await steady(perSecond, restarts(), (n) => (n % 10 === 0 ? walkIn(balancer.url, house) : me()));
  await balancer.stop();
  return [...outcomes, ...exits];
}
