import type { Reply } from '../support/http-message.js';
import { countCustomers, countOutcomes, findWrongCodeFaults } from '../support/invariant-checks.js';
import { race } from '../support/race.js';
import {
  activate,
  activationRequest,
  randomCredentials,
  register,
  waitForCode,
  wrongCodes,
} from '../support/registration-requests.js';
import type { TestDeployment } from '../support/test-deployment.js';

const CONCURRENT_GUESSES = 50;

/** RC-02, AC-02: fifty wrong codes at once, then the right one, which is dead by then. Returns what is wrong. */
export async function findConcurrentGuessFaults(deployment: TestDeployment): Promise<string[]> {
  const person = randomCredentials();
  const code = await waitForCode(deployment.mails, person, await register(deployment.urls[0] ?? '', person));
  const guesses = wrongCodes(code, CONCURRENT_GUESSES).map((wrong) => activationRequest(person, wrong));
  const { replies } = await race(deployment.urls, guesses);
  const late: Reply[] = [];
  for (const url of deployment.urls) late.push(await activate(url, person, code));
  const alive = late.filter(({ status }) => status !== 410);
  const customers = await countCustomers(deployment.database, person.email);
  return [
    ...findWrongCodeFaults(replies),
    ...(alive.length > 0 ? [`the right code afterwards: ${JSON.stringify(countOutcomes(alive))}`] : []),
    ...(customers > 0 ? ['a burnt code let somebody in'] : []),
  ];
}
