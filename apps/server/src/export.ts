import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { CustomerExport } from '#customers';
import { BadConfiguration, parseSettings, readEnvironment } from '#platform';
import { AppModule } from './app.module.js';
import { openFoundations } from './foundations.js';
import { ProgressLine } from './progress-line.js';

const USAGE = `make export FILE=customers.ndjson                           every living customer, as an import takes them
make export FILE=customers.ndjson ARGS=--with-passwords     with the hashes of their passwords`;

async function main(): Promise<void> {
  const { file, withPasswords } = read();
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const foundations = await openFoundations(settings, { beside: true });
  const app = await NestFactory.createApplicationContext(AppModule.on(foundations), {
    logger: false,
    abortOnError: false,
  });
  const line = new ProgressLine(process.stderr);
  try {
    const customers = await app.get(CustomerExport).run(file, withPasswords, (so) => line.show(so));
    line.end();
    console.log(`${customers} customers in ${file}. It holds personal data: for its owner alone (0600).`);
  } finally {
    line.end();
    await app.close();
    await foundations.close();
  }
}

function read() {
  try {
    const { values, positionals } = parseArgs({
      options: { 'with-passwords': { type: 'boolean' } },
      allowPositionals: true,
    });
    const [file, ...others] = positionals;
    if (file && others.length === 0) return { file, withPasswords: values['with-passwords'] === true };
  } catch {
    // An option that does not exist.
  }
  throw new BadConfiguration([USAGE]);
}

await main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
