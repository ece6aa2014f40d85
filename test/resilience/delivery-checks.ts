/** An event as it was committed, or as it was heard. */
export interface EventIdentity {
  readonly id: string;
  readonly subject: string;
  readonly sequence: number;
}

/**
 * INV-10 and INV-11 over what was committed and what somebody heard, in that order: nothing lost, nothing that never
 * happened, no effect twice in a subscriber that counts by id, every aggregate in order. Repetitions are allowed.
 */
export function findDeliveryFaults(committed: readonly EventIdentity[], received: readonly EventIdentity[]): string[] {
  const known = new Map(committed.map((event) => [event.id, event]));
  const effects = [...new Map(received.map((event) => [event.id, event])).values()];
  const applied = new Set(effects.map(({ id }) => id));
  return [
    ...committed.filter(({ id }) => !applied.has(id)).map((event) => `INV-10 lost: ${describeEvent(event)}`),
    ...effects.filter(({ id }) => !known.has(id)).map((event) => `INV-10 never happened: ${describeEvent(event)}`),
    ...findDuplicateEffects(effects).map((event) => `INV-10 done twice, by two ids: ${describeEvent(event)}`),
    ...findOutOfOrderEffects(effects).map((event) => `INV-11 out of order: ${describeEvent(event)}`),
  ];
}

const describeEvent = ({ subject, sequence }: EventIdentity): string => `${subject} ${sequence}`;

const findDuplicateEffects = (effects: readonly EventIdentity[]): EventIdentity[] => {
  const seen = new Set<string>();
  return effects.filter((event) => seen.size === seen.add(describeEvent(event)).size);
};

/** Those that were heard for the first time after a later one of their aggregate. */
function findOutOfOrderEffects(effects: readonly EventIdentity[]): EventIdentity[] {
  const highest = new Map<string, number>();
  return effects.filter(({ subject, sequence }) => {
    const before = highest.get(subject) ?? 0;
    highest.set(subject, Math.max(before, sequence));
    return sequence < before;
  });
}
