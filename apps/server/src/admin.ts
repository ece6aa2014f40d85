import 'reflect-metadata';
import { Administrators } from '#customers';
import { exitWithError, OperatorError, parseArguments } from './cli-command.js';
import { withCliContext } from './cli-context.js';

const USAGE = 'make admin EMAIL=you@example.org';

/** `make admin EMAIL=…`: appoints an administrator; prints the one-time password of one who is new. */
async function main(): Promise<void> {
  const [email] = parseArguments(USAGE, {}, 1).positionals;
  if (!email) throw new OperatorError(`EMAIL is missing: ${USAGE}`);
  await withCliContext(async (app) => {
    const { oneTimePassword } = await app.get(Administrators).appointAdministrator(email);
    console.log(
      oneTimePassword === null
        ? `${email} is an administrator now, with the password of before.`
        : `${email} ${oneTimePassword}\nThis password is good for setting a new one only: PUT /v1/auth/password.`,
    );
  });
}

await main().then(
  () => process.exit(0),
  (error: unknown) => exitWithError(error),
);
