import { Module } from '@nestjs/common';
import { Clock, Counters, UnitOfWork } from '#kernel';
import { hasRedis, provideAdapter, provideService, Secrets, Settings } from '#platform/config';
import { Database } from '#platform/database';
import { Housekeeping } from '#platform/jobs';
import { HmacCodeMac } from './adapters/crypto/hmac-code-mac.js';
import { RandomCodeGenerator } from './adapters/crypto/random-code-generator.js';
import { LoggedGuessAlarm } from './adapters/logging/logged-guess-alarm.js';
import { InMemoryCodeStore } from './adapters/memory/in-memory-code-store.js';
import { RedisCodeStore } from './adapters/redis/redis-code-store.js';
import { GuessesPurge } from './adapters/typeorm/guesses-purge.js';
import { TypeOrmGuessLedger } from './adapters/typeorm/typeorm-guess-ledger.js';
import { CodeGenerator, CodeMac, CodeSettings, CodeStore, GuessAlarm, GuessLedger } from './application/ports.js';
import { GuessBudget } from './application/services/guess-budget.js';
import { LedgerGuessErasure } from './application/services/ledger-guess-erasure.js';
import { OneTimeCodeService } from './application/services/one-time-code-service.js';
import { Codes, GuessErasure } from './facade.js';

export { codesTables } from './adapters/typeorm/tables.js';

const TEN_MINUTES_MS = 10 * 60_000;

function toCodeSettings({ codeLength: length, codeTtlSeconds, limits }: Settings): CodeSettings {
  const { triesPerCode, guessesPerDay, guessesPerWeek, wrongCodesPerHour } = limits;
  return {
    length,
    lifeMs: {
      registration: codeTtlSeconds * 1000,
      password_reset: TEN_MINUTES_MS,
      identifier_change: TEN_MINUTES_MS,
    },
    maxTries: triesPerCode ?? 3,
    guessesPerDay,
    guessesPerWeek,
    wrongCodesPerHour,
  };
}

@Module({
  providers: [
    provideAdapter(CodeStore, (settings) => (hasRedis(settings) ? RedisCodeStore : InMemoryCodeStore)),
    { provide: CodeMac, inject: [Secrets], useFactory: (secrets: Secrets) => new HmacCodeMac(secrets.code) },
    { provide: CodeGenerator, useClass: RandomCodeGenerator },
    { provide: CodeSettings, inject: [Settings], useFactory: toCodeSettings },
    GuessesPurge,
    provideService(GuessLedger, TypeOrmGuessLedger, [Database, UnitOfWork, Clock]),
    { provide: GuessAlarm, useClass: LoggedGuessAlarm },
    provideService(GuessBudget, GuessBudget, [GuessLedger, Counters, CodeSettings, GuessAlarm]),
    provideService(GuessErasure, LedgerGuessErasure, [GuessLedger, CodeMac]),
    provideService(Codes, OneTimeCodeService, [CodeStore, GuessBudget, CodeMac, CodeGenerator, CodeSettings]),
  ],
  exports: [Codes, GuessErasure],
})
export class CodesModule {
  constructor(housekeeping: Housekeeping, guesses: GuessesPurge) {
    housekeeping.registerTask(guesses);
  }
}
