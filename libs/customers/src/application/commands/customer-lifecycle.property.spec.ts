import fc from 'fast-check';
import { it } from 'vitest';
import { CustomerLifecycleHarness } from '../../testing/customer-lifecycle-harness.js';
import { CustomerLifecycleModel } from '../../testing/customer-lifecycle-model.js';
import { lifecycleSteps } from '../../testing/customer-lifecycle-steps.js';

const RUNS = Number(process.env['FC_RUNS'] ?? 1_000);

it(`allows only legal transitions and one holder per identifier in ${RUNS} random lifecycles [INV-14] [INV-03]`, {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(lifecycleSteps(30), async (taken) => {
      const model = new CustomerLifecycleModel(new CustomerLifecycleHarness());
      for (const step of taken) {
        await model.applyStep(step);
        await model.assertInvariants();
      }
    }),
    { numRuns: RUNS },
  );
});
