import {
  COUNT_RESET_AFTER_MS,
  decayedAtAfterWrongTry,
  remainingTotalAt,
  waitMsAfter,
} from '../../../libs/auth/src/domain/login-backoff.js';

const DAY_MS = 24 * 3_600_000;
const DAYS = 6;
/** Of the model: whoever may try within it does. */
const STEP_MS = 60_000;
/** Wrong passwords in a row after which a source rests until its count begins anew. */
const REST_THRESHOLDS = [2, 4, 6, Number.POSITIVE_INFINITY];

interface AttackSource {
  nextTryAt: number;
  failures: number;
}

export interface GuessesPerDay {
  readonly firstDay: number;
  readonly laterDay: number;
}

/** The most that so many sources can try at one name, each as soon as it may, or resting where that gives more. */
export function simulateGuesses(sources: number): GuessesPerDay {
  const attacks = REST_THRESHOLDS.map((restAfter) => simulateAttack(sources, restAfter));
  const [strongest] = attacks.toSorted((a, b) => sum(b) - sum(a));
  const [firstDay = 0, ...later] = strongest ?? [];
  return { firstDay, laterDay: sum(later) / later.length };
}

/** Guesses of each day. */
function simulateAttack(sources: number, restAfter: number): number[] {
  const days = Array<number>(DAYS).fill(0);
  const due = Array<AttackSource[] | undefined>((DAYS * DAY_MS) / STEP_MS).fill(undefined);
  const plan = (source: AttackSource): void => {
    const step = Math.ceil(source.nextTryAt / STEP_MS);
    const others = due[step];
    if (others) others.push(source);
    else if (step < due.length) due[step] = [source];
  };
  for (let n = 0; n < sources; n++) plan({ nextTryAt: 0, failures: 0 });
  let forgottenAt = 0;
  for (let step = 0; step < due.length; step++) {
    const trying = due[step] ?? [];
    // A source that does not wait is due in the same step once more.
    for (let source = trying.pop(); source; source = trying.pop()) {
      const now = step * STEP_MS;
      days[Math.floor(now / DAY_MS)] = (days[Math.floor(now / DAY_MS)] ?? 0) + 1;
      source.failures++;
      forgottenAt = decayedAtAfterWrongTry(now, forgottenAt);
      const wait = waitMsAfter(source.failures, remainingTotalAt(now, forgottenAt));
      if (wait === 0) trying.push(source);
      else
        plan(
          source.failures < restAfter
            ? { ...source, nextTryAt: now + wait }
            : { nextTryAt: now + wait + COUNT_RESET_AFTER_MS, failures: 0 },
        );
    }
  }
  return days;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
