import { Injectable } from '@nestjs/common';
import type { UnitOfWork } from '#kernel';
import { Database, DuplicateKey, NOW_MS, TransactionConflict } from '#platform';
import { LoginTries, type LoginTry, type TryAnswer } from '../../application/ports.js';
import { FREE_TRIES, KNOWN_MS, LOST_MS, QUIET_MS, waitAfter } from '../../domain/login-wait.js';

/** The count of all sources that are not known. */
const EVERYBODY = '';

interface Row {
  readonly wrong: number;
  readonly wait_until_ms: number | string;
  readonly now_ms: number | string;
}

/** One row per subject and known source; a try is counted before it is made. Time is the database's own. */
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

  async take(subjectKey: string, source: string): Promise<TryAnswer> {
    const counted = { subjectKey, source: await this.#countOf(subjectKey, source) };
    if (await this.#open(counted)) return { may: 'compare', counted };
    const row = await this.#row(counted);
    const waitMs = row ? Number(row.wait_until_ms) - Number(row.now_ms) : 0;
    if (waitMs > 0) return { may: 'never', retryAfterSeconds: Math.ceil(waitMs / 1000) };
    // It may have been made, or closed, since it was looked for.
    const opened = (!row && (await this.#first(counted))) || (await this.#open(counted));
    return opened ? { may: 'compare', counted } : { may: 'later' };
  }

  async settle(counted: LoginTry): Promise<void> {
    await this.work.run(async () => {
      const sql = `update auth_login_tries set wrong = wrong + 1, ${closing}, last_ms = ${this.#now} where ${WHERE}`;
      await this.database.execute(sql, keyOf(counted));
      const wrong = (await this.#row(counted))?.wrong ?? 0;
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
    if ((await this.database.execute(known, keyOf(own))) > 0) return;
    await this.#insert(own, 0, KNOWN_MS).catch((error: unknown) => {
      // Made by another sign-in at this instant: the unit of work runs again and finds it.
      throw error instanceof DuplicateKey ? new TransactionConflict('The row was made at this moment.', 1) : error;
    });
  }

  async #countOf(subjectKey: string, source: string): Promise<string> {
    const sql = `select source from auth_login_tries where ${WHERE} and known_until_ms > ${this.#now}`;
    const known = await this.database.query(sql, [subjectKey, source]);
    return known.length > 0 ? source : EVERYBODY;
  }

  /**
   * One statement, so that of many at once no more get in than may. In the end all that are open may be wrong: no more of
   * them than could be compared one after the other. Who is turned away leaves no trace, or lost tries would live for ever.
   */
  async #open(counted: LoginTry): Promise<boolean> {
    const lost = `last_ms < ${this.#now} - ${LOST_MS}`;
    const quiet = `last_ms < ${this.#now} - ${QUIET_MS} and wait_until_ms < ${this.#now} - ${QUIET_MS}`;
    const most = `case when wrong < ${FREE_TRIES} then ${FREE_TRIES} - wrong else 1 end`;
    // `last_ms` comes last: MySQL reads what it has just written.
    const sql = `update auth_login_tries set open_tries = case when ${lost} then 1 else open_tries + 1 end,
        wrong = case when ${quiet} then 0 else wrong end, last_ms = ${this.#now}
      where ${WHERE} and wait_until_ms <= ${this.#now} and (open_tries < ${most} or ${lost})`;
    return (await this.database.execute(sql, keyOf(counted))) > 0;
  }

  /** False when another try was faster. */
  async #first(counted: LoginTry): Promise<boolean> {
    try {
      await this.#insert(counted, 1, 0);
      return true;
    } catch (error) {
      if (error instanceof DuplicateKey) return false;
      throw error;
    }
  }

  async #insert({ subjectKey, source }: LoginTry, open: number, knownMs: number): Promise<void> {
    const known = knownMs === 0 ? '0' : `${this.#now} + ${knownMs}`;
    const sql = `insert into auth_login_tries (subject_key, source, wrong, open_tries, last_ms, wait_until_ms, known_until_ms)
      values (?, ?, 0, ?, ${this.#now}, 0, ${known})`;
    await this.database.execute(sql, [subjectKey, source, open]);
  }

  async #row(counted: LoginTry): Promise<Row | undefined> {
    const sql = `select wrong, wait_until_ms, ${this.#now} as now_ms from auth_login_tries where ${WHERE}`;
    const [row] = await this.database.query<Row>(sql, keyOf(counted));
    return row;
  }
}

const WHERE = 'subject_key = ? and source = ?';
const closing = 'open_tries = case when open_tries > 0 then open_tries - 1 else 0 end';
const keyOf = ({ subjectKey, source }: LoginTry): readonly string[] => [subjectKey, source];
