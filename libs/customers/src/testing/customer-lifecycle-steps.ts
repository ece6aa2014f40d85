import fc from 'fast-check';

export const EMAILS = ['a@example.org', 'b@example.org', 'c@example.org'];
export const PHONES = ['+14155550132', '+16502530000'];
/** Maximum number of customers per run. */
export const MAX_CUSTOMERS = 5;

/** `whose` selects one of the current customers. */
export type LifecycleStep =
  | { readonly do: 'create'; readonly to: string }
  | { readonly do: 'ask'; readonly whose: number; readonly to: string }
  | {
      readonly do: 'rename' | 'suspend' | 'reactivate' | 'delete' | 'restore' | 'erase' | 'confirm';
      readonly whose: number;
    };

const whose = fc.nat(MAX_CUSTOMERS - 1);
const without = fc.constantFrom(
  ...(['rename', 'suspend', 'reactivate', 'delete', 'delete', 'restore', 'restore', 'erase'] as const),
  ...(['confirm', 'confirm', 'confirm'] as const),
);

export const lifecycleSteps = (maxLength: number): fc.Arbitrary<readonly LifecycleStep[]> =>
  fc.array(
    fc.oneof(
      { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const), to: fc.constantFrom(...EMAILS) }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('ask' as const), whose, to: fc.constantFrom(...EMAILS, ...PHONES) }),
      },
      { weight: 7, arbitrary: fc.record({ do: without, whose }) },
    ),
    { minLength: 1, maxLength },
  );
