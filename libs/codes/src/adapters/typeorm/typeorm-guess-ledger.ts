import { type Clock, TransactionConflict, type UnitOfWork } from '#kernel';
import { type Database, DuplicateKey, upsertClause } from '#platform/database';
import { type ChargedGuess, type GuessCounts, GuessLedger } from '../../application/ports.js';
import type { GuessCharge } from '../../facade.js';

const HOUR_MS = 3_600_000;
const HOURS_PER_DAY = 24;
const HOURS_PER_WEEK = 7 * HOURS_PER_DAY;
const UPDATE_COUNTS_SQL =
  'update code_guesses set wrong = wrong + ?, open_guesses = open_guesses + ? where identifier_hash = ? and hour = ?';
const INSERT_FIRST_GUESS_SQL =
  'insert into code_guesses (identifier_hash, hour, wrong, open_guesses) values (?, ?, 0, 1)';
const KEY = 'identifier_hash, hour';
const INCREMENT_OPEN_GUESSES = 'open_guesses = code_guesses.open_guesses + 1';
const SELECT_COUNTS_SQL = `select coalesce(sum(wrong), 0) as wrong_week, coalesce(sum(open_guesses), 0) as open_week,
    coalesce(sum(case when hour > ? then wrong else 0 end), 0) as wrong_day,
    coalesce(sum(case when hour > ? then open_guesses else 0 end), 0) as open_day
  from code_guesses where identifier_hash = ? and hour > ?`;

type GuessSumsRow = Readonly<Record<'wrong_week' | 'open_week' | 'wrong_day' | 'open_day', string | number>>;

/** One row per identifier and hour; charging a guess locks it. The window is a day plus the current hour. */
export class TypeOrmGuessLedger extends GuessLedger {
  readonly #upsertClause: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {
    super();
    this.#upsertClause = upsertClause(database.dialect, KEY, INCREMENT_OPEN_GUESSES);
  }

  chargeGuess(identifierHash: string): Promise<ChargedGuess> {
    return this.work.run(async () => {
      const { hour } = this;
      await this.#countGuess(identifierHash, hour);
      const row = await this.#readSums(identifierHash);
      const wrong = { day: Number(row.wrong_day), week: Number(row.wrong_week) };
      return {
        charge: { hour },
        wrong,
        day: wrong.day + Number(row.open_day),
        week: wrong.week + Number(row.open_week),
      };
    });
  }

  async recordWrongGuess(identifierHash: string, { hour }: GuessCharge): Promise<void> {
    await this.#updateCounts(1, -1, identifierHash, hour);
  }

  async refundGuess(identifierHash: string, { hour }: GuessCharge): Promise<void> {
    await this.#updateCounts(0, -1, identifierHash, hour);
  }

  async countGuesses(identifierHash: string): Promise<GuessCounts> {
    const row = await this.#readSums(identifierHash);
    return {
      day: Number(row.wrong_day) + Number(row.open_day),
      week: Number(row.wrong_week) + Number(row.open_week),
    };
  }

  async deleteGuesses(identifierHashes: readonly string[]): Promise<void> {
    const marks = identifierHashes.map(() => '?').join(', ');
    await this.database.execute(`delete from code_guesses where identifier_hash in (${marks})`, identifierHashes);
  }

  private get hour(): number {
    return Math.floor(this.clock.now().getTime() / HOUR_MS);
  }

  async #readSums(identifierHash: string): Promise<GuessSumsRow> {
    const since = [
      this.hour - HOURS_PER_DAY - 1,
      this.hour - HOURS_PER_DAY - 1,
      identifierHash,
      this.hour - HOURS_PER_WEEK - 1,
    ];
    const [row] = await this.database.query<GuessSumsRow>(SELECT_COUNTS_SQL, since);
    return row ?? { wrong_week: 0, open_week: 0, wrong_day: 0, open_day: 0 };
  }

  /** Uses one statement, so that timing does not reveal whether a code of this identifier was typed earlier in this hour. */
  async #countGuess(identifierHash: string, hour: number): Promise<void> {
    if (this.#upsertClause)
      await this.database.execute(`${INSERT_FIRST_GUESS_SQL} ${this.#upsertClause}`, [identifierHash, hour]);
    else if ((await this.#updateCounts(0, 1, identifierHash, hour)) === 0)
      await this.#insertFirstGuess(identifierHash, hour);
  }

  async #insertFirstGuess(identifierHash: string, hour: number): Promise<void> {
    await this.database.execute(INSERT_FIRST_GUESS_SQL, [identifierHash, hour]).catch((error: unknown) => {
      // Another guess has inserted the row concurrently: the unit of work runs again and finds it.
      throw error instanceof DuplicateKey ? new TransactionConflict('The row was made at this moment.', 1) : error;
    });
  }

  #updateCounts(wrong: number, open: number, identifierHash: string, hour: number): Promise<number> {
    return this.database.execute(UPDATE_COUNTS_SQL, [wrong, open, identifierHash, hour]);
  }
}
