import { open } from 'node:fs/promises';
import type { QueryBus } from '@nestjs/cqrs';
import type { CredentialTransfer } from '#auth';
import type { AuditTrail, PagePosition } from '#kernel';
import { ExportCustomers } from '../../application/queries/export-customers.js';
import type { ListedCustomer } from '../../application/views.js';
import { CustomerExport } from '../../facade.js';

/** Writes the export page by page. At most one page is in memory. */
export class FileCustomerExport extends CustomerExport {
  constructor(
    private readonly queries: QueryBus,
    private readonly credentials: CredentialTransfer,
    private readonly audit: AuditTrail,
  ) {
    super();
  }

  async run(file: string, withPasswords: boolean, progress: (customers: number) => void): Promise<number> {
    const action = withPasswords ? 'customer.export.with_passwords' : 'customer.export.started';
    await this.audit.record({ action, actor: null, target: null, source: null });
    const written = await open(file, 'w', 0o600);
    try {
      // `open` does not change the mode of an existing file.
      await written.chmod(0o600);
      let customers = 0;
      for (let after: PagePosition | null | undefined; after !== null; ) {
        const { items, next }: { items: readonly ListedCustomer[]; next: PagePosition | null } =
          await this.queries.execute(new ExportCustomers(after ?? null));
        const hashes = withPasswords
          ? await this.credentials.exportPasswordHashes(items.map(({ id }) => id))
          : undefined;
        await written.write(items.map((customer) => toExportLine(customer, hashes?.get(customer.id))).join(''));
        customers += items.length;
        progress(customers);
        after = next;
      }
      return customers;
    } finally {
      await written.close();
    }
  }
}

/** The fields that an import accepts: without `verifiedBy`, `updatedAt` and `version`. */
function toExportLine(customer: ListedCustomer, passwordHash: string | undefined): string {
  const { updatedAt, version, verifiedBy, ...importable } = customer;
  return `${JSON.stringify({ ...importable, ...(passwordHash && { passwordHash }) })}\n`;
}
