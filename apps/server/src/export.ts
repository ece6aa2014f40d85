import 'reflect-metadata';
import { CustomerExport } from '#customers';
import { exitWithError, OperatorError, parseArguments } from './cli-command.js';
import { withCliContext } from './cli-context.js';
import { ProgressLine } from './progress-line.js';

const USAGE = `make export FILE=customers.ndjson                           every living customer, as an import takes them
make export FILE=customers.ndjson ARGS=--with-passwords     with the hashes of their passwords`;

/** `make export FILE=…`: customers in a file. */
async function main(): Promise<void> {
  const { values, positionals } = parseArguments(USAGE, { 'with-passwords': { type: 'boolean' } }, 1);
  const [file] = positionals;
  if (!file) throw new OperatorError(USAGE);
  await withCliContext(async (app) => {
    const line = new ProgressLine(process.stderr);
    const withPasswords = values['with-passwords'] === true;
    const running = app.get(CustomerExport).run(file, withPasswords, (customers) => line.showProgress(customers));
    const customers = await running.finally(() => line.clearLine());
    console.log(`${customers} customers in ${file}. It holds personal data: for its owner alone (0600).`);
  });
}

await main().then(
  () => process.exit(0),
  (error: unknown) => exitWithError(error, 2),
);
