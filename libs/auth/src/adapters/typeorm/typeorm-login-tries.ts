import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#kernel';
import { Database, DuplicateKey, NOW_MS, TransactionConflict } from '#platform';
import { LoginTries, type LoginTry, type TryAnswer } from '../../application/ports.js';
import { FREE_TRIES, KNOWN_MS, QUIET_MS, waitAfter } from '../../domain/login-wait.js';

/** The count of all sources that are not known. */
const EVERYBODY = '';
/** A try that is neither settled nor given back belonged to a process that died. */
const LOST_MS = 15_000;

interface Row {
  readonly wrong: number;
  readonly open_tries: number;
  readonly wait_until_ms: number | string;
  readonly now_ms: number | string;
}

/** One row per subject and known source; a try locks it while it is counted. Time is the database's own. */
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

  take(subjectKey: string, source: string): Promise<TryAnswer> {
    return this.work.run(async () => {
      const counted = { subjectKey, source: await this.#countOf(subjectKey, source) };
      if (!(await this.#open(counted))) return this.#first(counted);
      const { wrong, open_tries, wait_until_ms, now_ms } = await this.#row(counted);
      const waitMs = Number(wait_until_ms) - Number(now_ms);
      if (waitMs > 0) {
        await this.giveBack(counted);
        return { may: 'never', retryAfterSeconds: Math.ceil(waitMs / 1000) };
      }
      // In the end all that are open may be wrong: no more of them than could be compared one after the other.
      if (open_tries <= Math.max(1, FREE_TRIES - wrong)) return { may: 'compare', counted };
      await this.giveBack(counted);
      return { may: 'later' };
    });
  }

  async settle(counted: LoginTry): Promise<void> {
    await this.work.run(async () => {
      const sql = `update auth_login_tries set wrong = wrong + 1, ${closing}, last_ms = ${this.#now} where ${WHERE}`;
      await this.database.execute(sql, keyOf(counted));
      const { wrong } = await this.#row(counted);
      const wait = `update auth_login_tries set wait_until_ms = ${this.#now} + ? where ${WHERE}`;
      await this.database.execute(wait, [waitAfter(wrong), ...keyOf(counted)]);
    });
  }

  async giveBack(counted: LoginTry): Promise<void> {
    await this.database.execute(`update auth_login_tries set ${closing} where ${WHERE}`, keyOf(counted));
  }

  async forgive(counted: LoginTry, source: string): Promise<void> {
    const anew = `update auth_login_tries set wrong = 0, wait_until_ms = 0, ${closing} where ${WHERE}`;
    await this.database.execute(anew, keyOf(counted));
    const known = `update auth_login_tries set known_until_ms = ${this.#now} + ${KNOWN_MS}, last_ms = ${this.#now} where ${WHERE}`;
    const own = { subjectKey: counted.subjectKey, source };
    if ((await this.database.execute(known, keyOf(own))) === 0) await this.#insert(own, 0, KNOWN_MS);
  }

  async #countOf(subjectKey: string, source: string): Promise<string> {
    const sql = `select source from auth_login_tries where ${WHERE} and known_until_ms > ${this.#now}`;
    const known = await this.database.query(sql, [subjectKey, source]);
    return known.length > 0 ? source : EVERYBODY;
  }

  /** Counts it as open; what is too old does not count any more. */
  async #open(counted: LoginTry): Promise<boolean> {
    const sql = `update auth_login_tries set
        open_tries = case when last_ms < ${this.#now} - ${LOST_MS} then 1 else open_tries + 1 end,
        wrong = case when last_ms < ${this.#now} - ${QUIET_MS} and wait_until_ms < ${this.#now} - ${QUIET_MS} then 0 else wrong end
      where ${WHERE}`;
    if ((await this.database.execute(sql, keyOf(counted))) === 0) return false;
    const seen = `update auth_login_tries set last_ms = ${this.#now} where ${WHERE} and wait_until_ms <= ${this.#now}`;
    await this.database.execute(seen, keyOf(counted));
    return true;
  }

  async #first(counted: LoginTry): Promise<TryAnswer> {
    await this.#insert(counted, 1, 0);
    return { may: 'compare', counted };
  }

  async #insert({ subjectKey, source }: LoginTry, open: number, knownMs: number): Promise<void> {
    const known = knownMs === 0 ? '0' : `${this.#now} + ${knownMs}`;
    const sql = `insert into auth_login_tries (subject_key, source, wrong, open_tries, last_ms, wait_until_ms, known_until_ms)
      values (?, ?, 0, ?, ${this.#now}, 0, ${known})`;
    await this.database.execute(sql, [subjectKey, source, open]).catch((error: unknown) => {
      // Counted by another try at this instant: the unit of work runs again and finds it.
      throw error instanceof DuplicateKey ? new TransactionConflict('The row was made at this moment.', 1) : error;
    });
  }

  async #row(counted: LoginTry): Promise<Row> {
    const sql = `select wrong, open_tries, wait_until_ms as wait_until_ms, ${this.#now} as now_ms from auth_login_tries where ${WHERE}`;
    const [row] = await this.database.query<Row>(sql, keyOf(counted));
    return row ?? { wrong: 0, open_tries: 1, wait_until_ms: 0, now_ms: 0 };
  }
}

const WHERE = 'subject_key = ? and source = ?';
const closing = 'open_tries = case when open_tries > 0 then open_tries - 1 else 0 end';
const keyOf = ({ subjectKey, source }: LoginTry): readonly string[] => [subjectKey, source];
