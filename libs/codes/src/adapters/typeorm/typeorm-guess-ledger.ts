import type { Clock, UnitOfWork } from '#kernel';
import { type Database, DuplicateKey, orUpdate, TransactionConflict } from '#platform';
import { type Charged, GuessLedger, type Spent } from '../../application/ports.js';
import type { GuessCharge } from '../../facade.js';

const HOUR_MS = 3_600_000;
const DAY = 24;
const WEEK = 7 * DAY;
const CHANGE =
  'update code_guesses set wrong = wrong + ?, open_guesses = open_guesses + ? where identifier_hash = ? and hour = ?';
const FIRST = 'insert into code_guesses (identifier_hash, hour, wrong, open_guesses) values (?, ?, 0, 1)';
const KEY = 'identifier_hash, hour';
const ONE_MORE = 'open_guesses = code_guesses.open_guesses + 1';
const SPENT = `select coalesce(sum(wrong), 0) as wrong_week, coalesce(sum(open_guesses), 0) as open_week,
    coalesce(sum(case when hour > ? then wrong else 0 end), 0) as wrong_day,
    coalesce(sum(case when hour > ? then open_guesses else 0 end), 0) as open_day
  from code_guesses where identifier_hash = ? and hour > ?`;

type Row = Readonly<Record<'wrong_week' | 'open_week' | 'wrong_day' | 'open_day', string | number>>;

/** One row per identifier and hour; a guess locks it while it is counted. The window is a day and the hour that has begun. */
export class TypeOrmGuessLedger extends GuessLedger {
  readonly #orOneMore: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {
    super();
    this.#orOneMore = orUpdate(database.dialect, KEY, ONE_MORE);
  }

  charge(identifierHash: string): Promise<Charged> {
    return this.work.run(async () => {
      const { hour } = this;
      await this.#count(identifierHash, hour);
      const row = await this.#sums(identifierHash);
      const wrong = { day: Number(row.wrong_day), week: Number(row.wrong_week) };
      return {
        charge: { hour },
        wrong,
        day: wrong.day + Number(row.open_day),
        week: wrong.week + Number(row.open_week),
      };
    });
  }

  async settle(identifierHash: string, { hour }: GuessCharge): Promise<void> {
    await this.#change(1, -1, identifierHash, hour);
  }

  async giveBack(identifierHash: string, { hour }: GuessCharge): Promise<void> {
    await this.#change(0, -1, identifierHash, hour);
  }

  async spent(identifierHash: string): Promise<Spent> {
    const row = await this.#sums(identifierHash);
    return {
      day: Number(row.wrong_day) + Number(row.open_day),
      week: Number(row.wrong_week) + Number(row.open_week),
    };
  }

  async forget(identifierHashes: readonly string[]): Promise<void> {
    const marks = identifierHashes.map(() => '?').join(', ');
    await this.database.execute(`delete from code_guesses where identifier_hash in (${marks})`, identifierHashes);
  }

  private get hour(): number {
    return Math.floor(this.clock.now().getTime() / HOUR_MS);
  }

  async #sums(identifierHash: string): Promise<Row> {
    const since = [this.hour - DAY - 1, this.hour - DAY - 1, identifierHash, this.hour - WEEK - 1];
    const [row] = await this.database.query<Row>(SPENT, since);
    return row ?? { wrong_week: 0, open_week: 0, wrong_day: 0, open_day: 0 };
  }

  /** One statement, so that nobody learns from its time whether a code of this identifier was typed in this hour before. */
  async #count(identifierHash: string, hour: number): Promise<void> {
    if (this.#orOneMore) await this.database.execute(`${FIRST} ${this.#orOneMore}`, [identifierHash, hour]);
    else if ((await this.#change(0, 1, identifierHash, hour)) === 0) await this.#first(identifierHash, hour);
  }

  async #first(identifierHash: string, hour: number): Promise<void> {
    await this.database.execute(FIRST, [identifierHash, hour]).catch((error: unknown) => {
      // Counted by another guess at this instant: the unit of work runs again and finds it.
      throw error instanceof DuplicateKey ? new TransactionConflict('The row was made at this moment.', 1) : error;
    });
  }

  #change(wrong: number, open: number, identifierHash: string, hour: number): Promise<number> {
    return this.database.execute(CHANGE, [wrong, open, identifierHash, hour]);
  }
}
