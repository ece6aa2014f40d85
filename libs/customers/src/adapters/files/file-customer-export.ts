import { open } from 'node:fs/promises';
import type { QueryBus } from '@nestjs/cqrs';
import type { CredentialTransfer } from '#auth';
import type { AuditTrail, PagePosition } from '#kernel';
import { ExportCustomers } from '../../application/queries/export-customers.js';
import type { ListedCustomer } from '../../application/views.js';
import { CustomerExport } from '../../facade.js';

/** Page by page: no more than one is in memory. */
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
      // Of a file that was there already.
      await written.chmod(0o600);
      let customers = 0;
      for (let after: PagePosition | null | undefined; after !== null; ) {
        const { items, next }: { items: readonly ListedCustomer[]; next: PagePosition | null } =
          await this.queries.execute(new ExportCustomers(after ?? null));
        const hashes = withPasswords
          ? await this.credentials.exportPasswordHashes(items.map(({ id }) => id))
          : undefined;
        await written.write(items.map((one) => toExportLine(one, hashes?.get(one.id))).join(''));
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

/** What an import takes: neither the way somebody came nor how often he has changed. */
function toExportLine(customer: ListedCustomer, passwordHash: string | undefined): string {
  const { updatedAt, version, verifiedBy, ...kept } = customer;
  return `${JSON.stringify({ ...kept, ...(passwordHash && { passwordHash }) })}\n`;
}
