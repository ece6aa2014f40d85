import type { Reply } from '../support/http-message.js';
import { race } from '../support/race.js';
import { countCustomers, faultsOfWrongCodes, tally } from './checks.js';
import type { House } from './house.js';
import { activate, activation, codeOf, register, stranger, wrongCodes } from './people.js';

const AT_ONCE = 50;

/** RC-02, AC-02: fifty wrong codes at once, then the right one, which is dead by then. Returns what is wrong. */
export async function faultsOfGuessingAtOnce(house: House): Promise<string[]> {
  const person = stranger();
  const code = await codeOf(house.mails, person, await register(house.urls[0] ?? '', person));
  const guesses = wrongCodes(code, AT_ONCE).map((wrong) => activation(person, wrong));
  const { replies } = await race(house.urls, guesses);
  const late: Reply[] = [];
  for (const url of house.urls) late.push(await activate(url, person, code));
  const alive = late.filter(({ status }) => status !== 410);
  const customers = await countCustomers(house.database, person.email);
  return [
    ...faultsOfWrongCodes(replies),
    ...(alive.length > 0 ? [`the right code afterwards: ${JSON.stringify(tally(alive))}`] : []),
    ...(customers > 0 ? ['a burnt code let somebody in'] : []),
  ];
}
