import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database, DuplicateKey } from '#platform';
import { GuessLedger } from '../../application/ports.js';
import type { GuessCharge } from '../../facade.js';

const HOUR_MS = 3_600_000;
const DAY = 24;
const WEEK = 7 * DAY;
const ADD = 'update code_guesses set guesses = guesses + ? where identifier_hash = ? and hour = ?';
const FIRST = 'insert into code_guesses (identifier_hash, hour, guesses) values (?, ?, 1)';
const SPENT = `select coalesce(sum(guesses), 0) as week, coalesce(sum(case when hour > ? then guesses else 0 end), 0) as day
  from code_guesses where identifier_hash = ? and hour > ?`;

/** One row per identifier and hour. The window is a day and the hour that has begun. */
@Injectable()
export class TypeOrmGuessLedger extends GuessLedger {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async charge(identifierHash: string): Promise<GuessCharge> {
    const { hour } = this;
    if ((await this.#add(1, identifierHash, hour)) === 0) await this.#first(identifierHash, hour);
    return { hour };
  }

  async giveBack(identifierHash: string, { hour }: GuessCharge): Promise<void> {
    await this.#add(-1, identifierHash, hour);
  }

  async spent(identifierHash: string): Promise<{ readonly day: number; readonly week: number }> {
    const { hour } = this;
    const [row] = await this.database.query<{ day: string | number; week: string | number }>(SPENT, [
      hour - DAY - 1,
      identifierHash,
      hour - WEEK - 1,
    ]);
    return { day: Number(row?.day ?? 0), week: Number(row?.week ?? 0) };
  }

  private get hour(): number {
    return Math.floor(this.clock.now().getTime() / HOUR_MS);
  }

  async #first(identifierHash: string, hour: number): Promise<void> {
    await this.database.execute(FIRST, [identifierHash, hour]).catch(async (error: unknown) => {
      if (!(error instanceof DuplicateKey)) throw error;
      await this.#add(1, identifierHash, hour);
    });
  }

  #add(guesses: number, identifierHash: string, hour: number): Promise<number> {
    return this.database.execute(ADD, [guesses, identifierHash, hour]);
  }
}
