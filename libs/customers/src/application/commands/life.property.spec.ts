import fc from 'fast-check';
import { it } from 'vitest';
import { CustomerLife } from '../../testing/customer-life.js';
import { CustomerModel } from '../../testing/customer-model.js';
import { steps } from '../../testing/customer-steps.js';

const RUNS = Number(process.env['FC_RUNS'] ?? 1_000);

it(`INV-14 INV-03 in ${RUNS} lives, only what is legal happens, and an identifier is one living customer's`, {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(steps(30), async (taken) => {
      const model = new CustomerModel(new CustomerLife());
      for (const step of taken) {
        await model.take(step);
        await model.check();
      }
    }),
    { numRuns: RUNS },
  );
});
