import type { RegistrationLimits } from '../application/limits.js';
import type { AttemptStore, RegistrationSettings } from '../application/ports.js';
import type { AttemptDraft, AttemptState } from '../domain/registration-attempt.js';
import { aDraft } from './an-attempt-draft.js';
import { LIMITS, SETTINGS } from './registration-settings.js';

export const MINUTE_MS = 60_000;
/** A lifetime short enough for a test to wait for, in milliseconds. */
export const SHORT_TTL_MS = 120;
export const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

/** One store, reached through several connections, and its clock. */
export interface AttemptStoreUnderTest {
  connections(settings: RegistrationSettings, limits: RegistrationLimits): readonly AttemptStore[];
  /** Unix milliseconds of the store's clock. */
  now(): number;
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

/** State shared by the parts of the contract. */
export class AttemptStoreFixture {
  declare under: AttemptStoreUnderTest;
  declare stores: readonly AttemptStore[];
  declare store: AttemptStore;
  /** Fresh for every test. */
  declare mia: AttemptDraft;

  readonly opened = (settings: Partial<RegistrationSettings> = {}, limits: Partial<RegistrationLimits> = {}): void => {
    this.stores = this.under.connections({ ...SETTINGS, ...settings }, { ...LIMITS, ...limits });
    this.store = this.stores[0] as AttemptStore;
  };
  readonly place = async (draft: AttemptDraft, trusted = false): Promise<AttemptState | null> => {
    const placement = await this.store.placeAttempt(draft, trusted);
    return placement.placed ? placement.attempt : null;
  };
  readonly find = ({ identifierHash, tag }: AttemptDraft) => this.store.find(identifierHash, [tag]);
  readonly ask = (draft: AttemptDraft, reference = 'X9', pauseMs = MINUTE_MS) =>
    this.store.requestCode(draft, draft.attemptId, reference, pauseMs);
  /** An attempt of the same identifier with another password. */
  readonly another = (changes: Partial<AttemptDraft> = {}) =>
    aDraft({ identifierHash: this.mia.identifierHash, ...changes });
  readonly all = async (drafts: readonly AttemptDraft[]) =>
    (await Promise.all(drafts.map(this.find))).filter((found) => found !== null);
}
