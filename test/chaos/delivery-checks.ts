/** An event as it was committed, or as it was heard. */
export interface EventMark {
  readonly id: string;
  readonly subject: string;
  readonly sequence: number;
}

/**
 * INV-10 and INV-11 over what was committed and what somebody heard, in that order: nothing lost, nothing that never
 * happened, no effect twice in a subscriber that counts by id, every aggregate in order. Repetitions are allowed.
 */
export function faultsOfDelivery(committed: readonly EventMark[], heard: readonly EventMark[]): string[] {
  const known = new Map(committed.map((event) => [event.id, event]));
  const effects = [...new Map(heard.map((event) => [event.id, event])).values()];
  const applied = new Set(effects.map(({ id }) => id));
  return [
    ...committed.filter(({ id }) => !applied.has(id)).map((event) => `INV-10 lost: ${nameOf(event)}`),
    ...effects.filter(({ id }) => !known.has(id)).map((event) => `INV-10 never happened: ${nameOf(event)}`),
    ...doubled(effects).map((event) => `INV-10 done twice, by two ids: ${nameOf(event)}`),
    ...disordered(effects).map((event) => `INV-11 out of order: ${nameOf(event)}`),
  ];
}

const nameOf = ({ subject, sequence }: EventMark): string => `${subject} ${sequence}`;

const doubled = (effects: readonly EventMark[]): EventMark[] => {
  const seen = new Set<string>();
  return effects.filter((event) => seen.size === seen.add(nameOf(event)).size);
};

/** Those that were heard for the first time after a later one of their aggregate. */
function disordered(effects: readonly EventMark[]): EventMark[] {
  const highest = new Map<string, number>();
  return effects.filter(({ subject, sequence }) => {
    const before = highest.get(subject) ?? 0;
    highest.set(subject, Math.max(before, sequence));
    return sequence < before;
  });
}
