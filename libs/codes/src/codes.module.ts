import { Module } from '@nestjs/common';
import { choose, hasRedis, Secrets, Settings, wire } from '#platform';
import { HmacCodeMac } from './adapters/hmac-code-mac.js';
import { InMemoryCodeStore } from './adapters/memory/in-memory-code-store.js';
import { RandomCodeGenerator } from './adapters/random-code-generator.js';
import { RedisCodeStore } from './adapters/redis/redis-code-store.js';
import { KeyedCodes } from './application/keyed-codes.js';
import { CodeGenerator, CodeMac, CodeRules, CodeStore } from './application/ports.js';
import { Codes } from './facade.js';

const rulesOf = ({ codeLength, codeTtlSeconds }: Settings): CodeRules => ({
  length: codeLength,
  lifeMs: codeTtlSeconds * 1000,
});

@Module({
  providers: [
    choose(CodeStore, (settings) => (hasRedis(settings) ? RedisCodeStore : InMemoryCodeStore)),
    { provide: CodeMac, inject: [Secrets], useFactory: (secrets: Secrets) => new HmacCodeMac(secrets.code) },
    { provide: CodeGenerator, useClass: RandomCodeGenerator },
    { provide: CodeRules, inject: [Settings], useFactory: rulesOf },
    wire(Codes, KeyedCodes, [CodeStore, CodeMac, CodeGenerator, CodeRules]),
  ],
  exports: [Codes],
})
export class CodesModule {}
