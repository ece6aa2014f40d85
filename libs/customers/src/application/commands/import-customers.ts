import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CredentialTransfer } from '#auth';
import { Clock, IdentifierHasher, Outbox, UnitOfWork } from '#kernel';
import { IdentifierTaken } from '../../domain/errors.js';
import { CustomerCreatedV1 } from '../../events.js';
import { IdentifierWatchers } from '../../facade.js';
import { type Admitted, ImportRound, type LineOutcome, outcomeOf } from '../import-round.js';
import { type Imported, type ImportedLine, readImported } from '../imported.js';
import { CustomerRules } from '../ports.js';
import { CustomerCrowds } from '../transfer-ports.js';
import { viewOf } from '../view-of.js';

/**
 * Makes customers of some lines of an import, all that are acceptable or, when it fails, none. Once more is the same: who is there
 * stays as he is.
 */
export class ImportCustomers extends Command<readonly LineOutcome[]> {
  constructor(
    readonly lines: readonly ImportedLine[],
    /** Of the import as a whole, a UUID. */
    readonly run: string,
    /** Says what would become of them; lines of other commands are not known then. */
    readonly dryRun: boolean,
  ) {
    super();
  }
}

interface Read {
  readonly imported: Imported;
  readonly credential: string | null;
}

/** Somebody registers, or another round has the same: then it is decided anew. */
const TRIES = 5;

@CommandHandler(ImportCustomers)
export class ImportCustomersHandler implements ICommandHandler<ImportCustomers> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly watchers: IdentifierWatchers,
    private readonly crowds: CustomerCrowds,
    private readonly credentials: CredentialTransfer,
    private readonly outbox: Outbox,
    private readonly identifiers: IdentifierHasher,
    private readonly clock: Clock,
    private readonly rules: CustomerRules,
  ) {}

  /** @throws IdentifierTaken when others were faster, again and again */
  async execute({ lines, run, dryRun }: ImportCustomers): Promise<readonly LineOutcome[]> {
    const read = lines.map((line) => outcomeOf(() => this.#read(line)));
    for (let tries = 1; ; tries++) {
      try {
        return dryRun ? (await this.#decide(read, run)).outcomes : await this.work.run(() => this.#admit(read, run));
      } catch (error) {
        if (!(error instanceof IdentifierTaken) || tries === TRIES) throw error;
      }
    }
  }

  #read(line: ImportedLine): Read {
    const imported = readImported(line, this.rules.defaultMarket, this.identifiers, this.clock.now());
    const hash = line.passwordHash ?? null;
    return { imported, credential: hash === null ? null : this.credentials.accept(hash, imported.newcomer.id) };
  }

  async #decide(read: readonly (Read | LineOutcome)[], run: string) {
    const people = read.flatMap((one) => ('imported' in one ? [one.imported] : []));
    const round = await ImportRound.open(people, this.crowds, run, this.clock.now());
    const outcomes = read.map((one) => ('imported' in one ? outcomeOf(() => round.decide(one.imported)) : one));
    return { outcomes, admitted: round.admitted };
  }

  async #admit(read: readonly (Read | LineOutcome)[], run: string): Promise<readonly LineOutcome[]> {
    const { outcomes, admitted } = await this.#decide(read, run);
    if (admitted.length === 0) return outcomes;
    const credentials = new Map(read.flatMap((one) => ('imported' in one ? [[one.imported, one.credential]] : [])));
    await this.watchers.tell(
      admitted.flatMap(({ customer, imported }) =>
        imported.names.map(({ identifier }) => ({ identifier, holderId: customer.id })),
      ),
    );
    await this.crowds.addAll(admitted);
    await this.credentials.enrolAll(admitted.map((one) => subjectOf(one, credentials.get(one.imported) ?? null)));
    await this.outbox.appendInBulk(admitted.map(({ customer }) => CustomerCreatedV1.of(viewOf(customer))));
    return outcomes;
  }
}

function subjectOf({ customer, hashes }: Admitted, credential: string | null) {
  const { id: customerId, status, market, locale } = customer.snapshot();
  const names = [hashes.email, hashes.phone].filter((hash) => typeof hash === 'string');
  return { customerId, names, credential, status, market, locale };
}
