import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const IN_ORDER = ['at', 'id'];
const INDICES = [
  { name: 'ix_audit_log_at', columnNames: IN_ORDER },
  { name: 'ix_audit_log_action', columnNames: ['action', ...IN_ORDER] },
  { name: 'ix_audit_log_actor', columnNames: ['actor', ...IN_ORDER] },
  { name: 'ix_audit_log_target_at', columnNames: ['target', ...IN_ORDER] },
];
const BEFORE = { name: 'ix_audit_log_target', columnNames: ['target'] };

export class ReadAudit1763600000031 implements MigrationInterface {
  readonly name = 'ReadAudit1763600000031';

  async up(runner: QueryRunner): Promise<void> {
    for (const index of INDICES) await runner.createIndex('audit_log', new TableIndex(index));
    await runner.dropIndex('audit_log', BEFORE.name);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndex('audit_log', new TableIndex(BEFORE));
    for (const { name } of INDICES) await runner.dropIndex('audit_log', name);
  }
}
