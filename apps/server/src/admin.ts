import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Administrators } from '#customers';
import { parseSettings, readEnvironment } from '#platform';
import { AppModule } from './app.module.js';
import { fail, Refusal, readArguments } from './command.js';
import { openFoundations } from './foundations.js';

const USAGE = 'make admin EMAIL=you@example.org';

/** `make admin EMAIL=…`: appoints an administrator; prints the one-time password of one who is new. */
async function main(): Promise<void> {
  const [email] = readArguments(USAGE, {}, 1).positionals;
  if (!email) throw new Refusal(`EMAIL is missing: ${USAGE}`);
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const foundations = await openFoundations(settings, { beside: true });
  const app = await NestFactory.createApplicationContext(AppModule.on(foundations), {
    logger: false,
    abortOnError: false,
  });
  try {
    const { oneTimePassword } = await app.get(Administrators).appoint(email);
    console.log(
      oneTimePassword === null
        ? `${email} is an administrator now, with the password of before.`
        : `${email} ${oneTimePassword}\nThis password is good for setting a new one only: PUT /v1/auth/password.`,
    );
  } finally {
    await app.close();
    await foundations.close();
  }
}

await main().then(
  () => process.exit(0),
  (error: unknown) => fail(error),
);
