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
 * Imports a batch of lines in one transaction. Rejected lines do not affect the others. Idempotent: existing customers do not
 * change.
 */
export class ImportCustomers extends Command<readonly LineOutcome[]> {
  constructor(
    readonly lines: readonly ImportLine[],
    /** The UUID of the whole import. */
    readonly runId: string,
    /** Returns the outcomes without writing. Duplicates in other batches are not detected. */
    readonly dryRun: boolean,
  ) {
    super();
  }
}

interface ParsedLine {
  readonly imported: ImportCandidate;
  readonly credential: string | null;
}

/** A concurrent registration or batch can take an identifier. The outcomes are then decided again. */
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

  /** @throws IdentifierTaken when every attempt lost an identifier to a concurrent request */
  async execute({ lines, runId, dryRun }: ImportCustomers): Promise<readonly LineOutcome[]> {
    const parsedLines = lines.map((line) => toLineOutcome(() => this.#parseLine(line)));
    for (let attempt = 1; ; attempt++) {
      try {
        return dryRun
          ? (await this.#decideOutcomes(parsedLines, runId)).outcomes
          : await this.work.run(() => this.#createCustomers(parsedLines, runId));
      } catch (error) {
        if (!(error instanceof IdentifierTaken) || attempt === MAX_ATTEMPTS) throw error;
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

  async #decideOutcomes(parsedLines: readonly (ParsedLine | LineOutcome)[], run: string) {
    const candidates = parsedLines.flatMap((line) => ('imported' in line ? [line.imported] : []));
    const batch = await ImportBatch.load(candidates, this.batches, run, this.clock.now());
    const outcomes = parsedLines.map((line) =>
      'imported' in line ? toLineOutcome(() => batch.decideOutcome(line.imported)) : line,
    );
    return { outcomes, customersToCreate: batch.customersToCreate };
  }

  async #createCustomers(
    parsedLines: readonly (ParsedLine | LineOutcome)[],
    run: string,
  ): Promise<readonly LineOutcome[]> {
    const { outcomes, customersToCreate } = await this.#decideOutcomes(parsedLines, run);
    if (customersToCreate.length === 0) return outcomes;
    const credentials = new Map(
      parsedLines.flatMap((line) => ('imported' in line ? [[line.imported, line.credential]] : [])),
    );
    await this.listeners.notifyAssignments(
      customersToCreate.flatMap(({ customer, imported }) =>
        imported.identifiers.map(({ identifier }) => ({ identifier, holderId: customer.id })),
      ),
    );
    await this.batches.addAll(customersToCreate);
    await this.credentials.enrolSubjects(
      customersToCreate.map((customer) => subjectOf(customer, credentials.get(customer.imported) ?? null)),
    );
    await this.outbox.appendInBulk(
      customersToCreate.map(({ customer }) => CustomerCreatedV1.of(toCustomerView(customer))),
    );
    return outcomes;
  }
}

function subjectOf({ customer, hashes }: CustomerToCreate, credential: string | null) {
  const { id: customerId, status, market, locale } = customer.snapshot();
  const names = [hashes.email, hashes.phone].filter((hash) => typeof hash === 'string');
  return { customerId, names, credential, status, market, locale };
}
