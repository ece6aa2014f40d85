import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#kernel';
import { Database, DuplicateKey, NOW_MS } from '#platform/database';
import { LoginTries, type LoginTryDecision, type LoginTryKey } from '../../application/ports.js';
import {
  ABANDONED_TRY_AFTER_MS,
  backoffForTotal,
  COUNT_RESET_AFTER_MS,
  MAX_COUNTED_TOTAL,
  remainingTotalAt,
  TOTAL_DECAY_INTERVAL_MS,
  waitMsAfter,
} from '../../domain/login-backoff.js';

/** The row with the total of a key. Its `wait_until_ms` is the time at which the total has decayed to zero. */
const TOTAL_SOURCE = '';

interface LoginTryRow {
  readonly source: string;
  readonly wrong: number;
  readonly wait_until_ms: number | string;
  readonly now_ms: number | string;
}

interface LoginTryCounts {
  readonly exists: boolean;
  readonly wrong: number;
  readonly waitMs: number;
  readonly total: number;
}

/** One row per key and source, and one for the total of a key. Times are database times. */
@Injectable()
export class TypeOrmLoginTries extends LoginTries {
  readonly #now: string;

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
  ) {
    super();
    this.#now = NOW_MS[database.dialect];
  }

  async startTry(wanted: LoginTryKey): Promise<LoginTryDecision> {
    const { exists, waitMs, total } = await this.#readCounts(wanted);
    if (waitMs > 0) return { may: 'never', retryAfterSeconds: Math.ceil(waitMs / 1000) };
    // A concurrent try may have inserted the row since it was read.
    const opened =
      (!exists && (await this.#insertFirstTry(wanted))) ||
      (await this.#openTry(wanted, backoffForTotal(total).freeTries));
    return opened ? { may: 'compare', counted: wanted } : { may: 'later' };
  }

  /** Updates the total first, so that this wrong password counts towards the wait that follows. */
  async recordWrongTry(counted: LoginTryKey): Promise<void> {
    if (counted.slowedByOthers) await this.#addToTotal(counted.subjectKey);
    await this.work.run(async () => {
      const sql = `update auth_login_tries set wrong = wrong + 1, ${DECREMENT_OPEN_TRIES}, last_ms = ${this.#now} where ${ROW_CONDITION}`;
      await this.database.execute(sql, keyOf(counted));
      const { wrong, total } = await this.#readCounts(counted);
      const wait = `update auth_login_tries set wait_until_ms = ${this.#now} + ? where ${ROW_CONDITION}`;
      await this.database.execute(wait, [waitMsAfter(wrong, total), ...keyOf(counted)]);
    });
  }

  async cancelTry(counted: LoginTryKey): Promise<void> {
    await this.database.execute(
      `update auth_login_tries set ${DECREMENT_OPEN_TRIES} where ${ROW_CONDITION}`,
      keyOf(counted),
    );
  }

  async resetTries(counted: LoginTryKey): Promise<void> {
    const reset = `update auth_login_tries set wrong = 0, wait_until_ms = 0, ${DECREMENT_OPEN_TRIES} where ${ROW_CONDITION}`;
    await this.database.execute(reset, keyOf(counted));
  }

  async #readCounts({ subjectKey, source, slowedByOthers }: LoginTryKey): Promise<LoginTryCounts> {
    const sql = `select source, wrong, wait_until_ms, ${this.#now} as now_ms from auth_login_tries
      where subject_key = ? and source in (?, ?)`;
    const rows = await this.database.query<LoginTryRow>(sql, [
      subjectKey,
      source,
      slowedByOthers ? TOTAL_SOURCE : source,
    ]);
    const own = rows.find((row) => row.source === source);
    const all = slowedByOthers ? rows.find((row) => row.source === TOTAL_SOURCE) : undefined;
    return {
      exists: own !== undefined,
      wrong: own?.wrong ?? 0,
      waitMs: own ? Number(own.wait_until_ms) - Number(own.now_ms) : 0,
      total: all ? remainingTotalAt(Number(all.now_ms), Number(all.wait_until_ms)) : 0,
    };
  }

  /**
   * A single statement, so that concurrent tries cannot exceed the limit. All open tries may turn out wrong, so there are never
   * more than could be compared one after the other. A rejected try changes nothing, or abandoned tries would never expire.
   */
  async #openTry(wanted: LoginTryKey, freeTries: number): Promise<boolean> {
    const abandoned = `last_ms < ${this.#now} - ${ABANDONED_TRY_AFTER_MS}`;
    const idle = `last_ms < ${this.#now} - ${COUNT_RESET_AFTER_MS} and wait_until_ms < ${this.#now} - ${COUNT_RESET_AFTER_MS}`;
    const maxOpen = `case when wrong < ${freeTries} then ${freeTries} - wrong else 1 end`;
    // `last_ms` comes last: MySQL reads what it has just written.
    const sql = `update auth_login_tries set open_tries = case when ${abandoned} then 1 else open_tries + 1 end,
        wrong = case when ${idle} then 0 else wrong end, last_ms = ${this.#now}
      where ${ROW_CONDITION} and wait_until_ms <= ${this.#now} and (open_tries < ${maxOpen} or ${abandoned})`;
    return (await this.database.execute(sql, keyOf(wanted))) > 0;
  }

  /** False when a concurrent try inserted the row first. */
  async #insertFirstTry({ subjectKey, source }: LoginTryKey): Promise<boolean> {
    return this.#insert(subjectKey, source, 1, '0');
  }

  async #addToTotal(subjectKey: string): Promise<void> {
    const [decayed, oneTry] = [`${this.#now}`, `${this.#now} + ${TOTAL_DECAY_INTERVAL_MS}`];
    const maxTotal = `${this.#now} + ${MAX_COUNTED_TOTAL * TOTAL_DECAY_INTERVAL_MS}`;
    const sql = `update auth_login_tries set wait_until_ms = case when wait_until_ms < ${decayed} then ${oneTry}
        when wait_until_ms + ${TOTAL_DECAY_INTERVAL_MS} > ${maxTotal} then ${maxTotal} else wait_until_ms + ${TOTAL_DECAY_INTERVAL_MS} end,
        last_ms = ${this.#now} where ${ROW_CONDITION}`;
    const add = async () => (await this.database.execute(sql, [subjectKey, TOTAL_SOURCE])) > 0;
    // Of two concurrent first tries, one inserts the row and the other updates it.
    if (!(await add()) && !(await this.#insert(subjectKey, TOTAL_SOURCE, 0, oneTry))) await add();
  }

  /** False when the row already exists. Must run outside a unit of work, because a duplicate key would abort it. */
  async #insert(subjectKey: string, source: string, open: number, waitUntil: string): Promise<boolean> {
    // known_until_ms: read only by processes of an earlier version, which may still run during an update.
    const sql = `insert into auth_login_tries (subject_key, source, wrong, open_tries, last_ms, wait_until_ms, known_until_ms)
      values (?, ?, 0, ?, ${this.#now}, ${waitUntil}, 0)`;
    try {
      await this.database.execute(sql, [subjectKey, source, open]);
      return true;
    } catch (error) {
      if (error instanceof DuplicateKey) return false;
      throw error;
    }
  }
}

const ROW_CONDITION = 'subject_key = ? and source = ?';
const DECREMENT_OPEN_TRIES = 'open_tries = case when open_tries > 0 then open_tries - 1 else 0 end';
const keyOf = ({ subjectKey, source }: LoginTryKey): readonly string[] => [subjectKey, source];
