import { administrator } from '../support/administrator.mjs';
import { request } from '../support/load.mjs';
import { newcomer } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { rateFigures, rates } from '../support/rates.mjs';

export const create = {
  key: 'create',
  title: 'POST /v1/customers by an administrator, each of a new address',
  figures: rateFigures({ what: 'customers', status: 201, atLeast: 500 }),
  measure: async (options, tell) => {
    const program = await startProgram({ BCRYPT_COST: '4' });
    try {
      const headers = { authorization: `Bearer ${await administrator(program)}` };
      const body = () => ({ email: newcomer(), firstName: 'Ada', market: 'US' });
      const next = () => request('POST', '/v1/customers', { headers, body: body() });
      return await rates({ ...program, next }, options, tell);
    } finally {
      await program.dispose();
    }
  },
};
