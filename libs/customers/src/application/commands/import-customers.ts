import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CredentialTransfer } from '#auth';
import { Clock, IdentifierHasher, Outbox, UnitOfWork } from '#kernel';
import { IdentifierTaken } from '../../domain/errors.js';
import { CustomerCreatedV1 } from '../../events.js';
import { IdentifierAssignmentListeners } from '../../facade.js';
import { CustomerSettings } from '../ports.js';
import { type CustomerToCreate, ImportBatch, type LineOutcome, toLineOutcome } from '../services/import-batch.js';
import { type ImportCandidate, type ImportLine, parseImportCandidate } from '../services/import-candidate.js';
import { toCustomerView } from '../services/to-customer-view.js';
import { CustomerBatches } from '../transfer-ports.js';

/**
 * Makes customers of some lines of an import, all that are acceptable or, when it fails, none. Once more is the same: who is there
 * stays as he is.
 */
export class ImportCustomers extends Command<readonly LineOutcome[]> {
  constructor(
    readonly lines: readonly ImportLine[],
    /** Of the import as a whole, a UUID. */
    readonly runId: string,
    /** Says what would become of them; lines of other commands are not known then. */
    readonly dryRun: boolean,
  ) {
    super();
  }
}

interface ParsedLine {
  readonly imported: ImportCandidate;
  readonly credential: string | null;
}

/** Somebody registers, or another round has the same: then it is decided anew. */
const MAX_ATTEMPTS = 5;

@CommandHandler(ImportCustomers)
export class ImportCustomersHandler implements ICommandHandler<ImportCustomers> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly listeners: IdentifierAssignmentListeners,
    private readonly batches: CustomerBatches,
    private readonly credentials: CredentialTransfer,
    private readonly outbox: Outbox,
    private readonly identifiers: IdentifierHasher,
    private readonly clock: Clock,
    private readonly settings: CustomerSettings,
  ) {}

  /** @throws IdentifierTaken when others were faster, again and again */
  async execute({ lines, runId, dryRun }: ImportCustomers): Promise<readonly LineOutcome[]> {
    const parsedLines = lines.map((line) => toLineOutcome(() => this.#parseLine(line)));
    for (let tries = 1; ; tries++) {
      try {
        return dryRun
          ? (await this.#decideOutcomes(parsedLines, runId)).outcomes
          : await this.work.run(() => this.#createCustomers(parsedLines, runId));
      } catch (error) {
        if (!(error instanceof IdentifierTaken) || tries === MAX_ATTEMPTS) throw error;
      }
    }
  }

  #parseLine(line: ImportLine): ParsedLine {
    const imported = parseImportCandidate(line, this.settings.defaultMarket, this.identifiers, this.clock.now());
    const hash = line.passwordHash ?? null;
    return {
      imported,
      credential: hash === null ? null : this.credentials.importPasswordHash(hash, imported.newCustomer.id),
    };
  }

  async #decideOutcomes(read: readonly (ParsedLine | LineOutcome)[], run: string) {
    const people = read.flatMap((one) => ('imported' in one ? [one.imported] : []));
    const round = await ImportBatch.load(people, this.batches, run, this.clock.now());
    const outcomes = read.map((one) =>
      'imported' in one ? toLineOutcome(() => round.decideOutcome(one.imported)) : one,
    );
    return { outcomes, admitted: round.customersToCreate };
  }

  async #createCustomers(read: readonly (ParsedLine | LineOutcome)[], run: string): Promise<readonly LineOutcome[]> {
    const { outcomes, admitted } = await this.#decideOutcomes(read, run);
    if (admitted.length === 0) return outcomes;
    const credentials = new Map(read.flatMap((one) => ('imported' in one ? [[one.imported, one.credential]] : [])));
    await this.listeners.notifyAssignments(
      admitted.flatMap(({ customer, imported }) =>
        imported.identifiers.map(({ identifier }) => ({ identifier, holderId: customer.id })),
      ),
    );
    await this.batches.addAll(admitted);
    await this.credentials.enrolSubjects(admitted.map((one) => subjectOf(one, credentials.get(one.imported) ?? null)));
    await this.outbox.appendInBulk(admitted.map(({ customer }) => CustomerCreatedV1.of(toCustomerView(customer))));
    return outcomes;
  }
}

function subjectOf({ customer, hashes }: CustomerToCreate, credential: string | null) {
  const { id: customerId, status, market, locale } = customer.snapshot();
  const names = [hashes.email, hashes.phone].filter((hash) => typeof hash === 'string');
  return { customerId, names, credential, status, market, locale };
}
