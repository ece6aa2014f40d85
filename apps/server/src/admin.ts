import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Administrators } from '#customers';
import { DomainError } from '#kernel';
import { BadConfiguration, parseSettings, readEnvironment } from '#platform';
import { AppModule } from './app.module.js';
import { openFoundations } from './foundations.js';

/** `make admin EMAIL=…`: appoints an administrator; prints the one-time password of one who is new. */
async function main(email: string | undefined): Promise<void> {
  if (!email) throw new BadConfiguration(['EMAIL is missing: make admin EMAIL=you@example.org']);
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

await main(process.argv[2]).then(
  () => process.exit(0),
  (error: unknown) => {
    const faults = error instanceof DomainError ? error.faults.map(({ detail }) => detail) : [];
    console.error(error instanceof BadConfiguration ? error.message : faults.length > 0 ? faults.join('\n') : error);
    process.exit(1);
  },
);
