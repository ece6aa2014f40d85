export interface ForbiddenImport {
  readonly file: string;
  readonly imports: string;
  readonly rules: readonly string[];
}

const forbiddenImport = (file: string, imports: string, ...breaks: string[]): ForbiddenImport => ({
  file,
  imports,
  rules: breaks,
});

const COMMAND = 'libs/customers/src/application/commands/create-customer.ts';
const SUBSCRIBER = 'libs/customers/src/application/subscribers/password-changed.ts';
const QUERY = 'libs/customers/src/application/queries/get-customer.ts';
const DOMAIN = 'libs/customers/src/domain/customer.ts';
const SPEC = 'libs/customers/src/application/commands/create-customer.spec.ts';
const CONTROLLER = 'libs/customers/src/adapters/http/customers.controller.ts';

/** One bad import each, and exactly the fences it must run into. */
export const forbiddenImports: readonly ForbiddenImport[] = [
  forbiddenImport('libs/registration/src/adapters/x.ts', '#wallet', 'direction-registration'),
  forbiddenImport(CONTROLLER, '#registration', 'direction-customers'),
  forbiddenImport('libs/auth/src/adapters/x.ts', '#customers', 'direction-auth'),
  forbiddenImport('libs/auth/src/adapters/x.spec.ts', '#customers', 'direction-auth'),
  forbiddenImport('libs/codes/src/adapters/x.ts', '#auth', 'direction-codes'),
  forbiddenImport('libs/notifications/src/x.ts', '#codes', 'direction-notifications'),
  forbiddenImport('libs/messaging/src/x.ts', '#customers', 'direction-messaging'),
  forbiddenImport('libs/messaging/src/x.ts', '#notifications', 'direction-messaging'),
  forbiddenImport('libs/platform/http/src/x.ts', '#auth', 'direction-platform'),
  forbiddenImport('libs/platform/database/src/x.ts', '#messaging', 'direction-platform'),
  forbiddenImport(
    'libs/platform/health/src/x.ts',
    '#platform/module',
    'direction-platform-health',
    'module-door-is-for-wiring',
  ),
  forbiddenImport('libs/platform/http-server/src/x.ts', '#platform/health', 'direction-platform-http-server'),
  forbiddenImport('libs/platform/audit/src/x.ts', '#platform/http-server', 'direction-platform-audit'),
  forbiddenImport('libs/platform/idempotency/src/x.ts', '#platform/audit', 'direction-platform-idempotency'),
  forbiddenImport('libs/platform/rate-limits/src/x.ts', '#platform/idempotency', 'direction-platform-rate-limits'),
  forbiddenImport('libs/platform/paging/src/x.ts', '#platform/rate-limits', 'direction-platform-paging'),
  forbiddenImport('libs/platform/jobs/src/x.ts', '#platform/audit', 'direction-platform-jobs'),
  forbiddenImport('libs/platform/http/src/x.ts', '#platform/rate-limits', 'direction-platform-http'),
  forbiddenImport('libs/platform/database/src/x.ts', '#platform/http', 'direction-platform-database'),
  forbiddenImport('libs/platform/redis/src/x.ts', '#platform/database', 'direction-platform-redis'),
  forbiddenImport('libs/platform/in-memory/src/x.ts', '#platform/redis', 'direction-platform-in-memory'),
  forbiddenImport('libs/platform/passwords/src/x.ts', '#platform/database', 'direction-platform-passwords'),
  forbiddenImport(
    'libs/platform/embedded-postgres/src/x.ts',
    '#platform/database',
    'direction-platform-embedded-postgres',
  ),
  forbiddenImport('libs/platform/observability/src/x.ts', '#platform/http', 'direction-platform-observability'),
  forbiddenImport('libs/platform/crypto/src/x.ts', '#platform/observability', 'direction-platform-crypto'),
  forbiddenImport('libs/platform/config/src/x.ts', '#platform/crypto', 'direction-platform-config'),
  forbiddenImport('libs/platform/async/src/x.ts', '#platform/config', 'direction-platform-async'),
  forbiddenImport(
    'libs/platform/http/src/x.ts',
    '../../database/src/database.js',
    'two-doors',
    'doors-by-name',
    'direction-platform-http',
  ),
  forbiddenImport('libs/orders/src/adapters/x.ts', '#wallet', 'direction-commerce'),
  forbiddenImport('libs/wallet/src/adapters/x.ts', '#customers', 'direction-commerce'),

  forbiddenImport(CONTROLLER, '../../../../auth/src/facade.js', 'two-doors', 'doors-by-name'),
  forbiddenImport(SPEC, '../../../../codes/src/testing/in-memory-codes.js', 'two-doors', 'doors-by-name'),
  forbiddenImport(
    'libs/customers/src/domain/customer.spec.ts',
    '../../../auth/src/facade.js',
    'two-doors',
    'doors-by-name',
  ),
  forbiddenImport('apps/server/src/main.ts', '../../../libs/auth/src/facade.js', 'two-doors', 'doors-by-name'),
  forbiddenImport(CONTROLLER, '../../../../auth/src/index.js', 'doors-by-name'),
  forbiddenImport('apps/server/src/app.module.ts', '../../../libs/auth/src/auth.module.js', 'doors-by-name'),
  forbiddenImport(CONTROLLER, '#auth/module', 'module-door-is-for-wiring'),
  forbiddenImport(CONTROLLER, '#auth/facade', 'resolvable'),

  forbiddenImport('libs/kernel/src/email.ts', 'node:crypto', 'kernel-is-pure'),
  forbiddenImport('libs/kernel/src/email.ts', 'typeorm', 'kernel-is-pure'),
  forbiddenImport('libs/kernel/src/email.ts', '#orders/module', 'kernel-is-pure', 'module-door-is-for-wiring'),

  forbiddenImport(DOMAIN, '@nestjs/common', 'domain-is-pure'),
  forbiddenImport(DOMAIN, 'typeorm', 'domain-is-pure'),
  forbiddenImport(DOMAIN, 'node:crypto', 'domain-is-pure'),
  forbiddenImport(DOMAIN, '#auth', 'domain-is-pure'),
  forbiddenImport(DOMAIN, '../application/views.js', 'domain-is-pure'),
  forbiddenImport(DOMAIN, '../events.js', 'domain-is-pure'),

  forbiddenImport(COMMAND, '../../adapters/memory/in-memory-customers.js', 'commands-know-domain-and-ports'),
  forbiddenImport(COMMAND, '../views.js', 'commands-know-domain-and-ports'),
  forbiddenImport(COMMAND, '../queries/get-customer.js', 'commands-know-domain-and-ports'),
  forbiddenImport(COMMAND, '@nestjs/common', 'commands-know-domain-and-ports'),
  forbiddenImport(COMMAND, 'typeorm', 'commands-know-domain-and-ports'),
  forbiddenImport(COMMAND, 'node:crypto', 'commands-know-domain-and-ports'),
  forbiddenImport(COMMAND, '#platform/database', 'commands-know-domain-and-ports'),
  forbiddenImport(COMMAND, '#messaging', 'commands-know-domain-and-ports'),
  forbiddenImport(
    'libs/customers/src/application/commands/delete-customer.ts',
    './create-customer.js',
    'commands-know-domain-and-ports',
  ),
  forbiddenImport(SUBSCRIBER, '../views.js', 'subscribers-run-commands'),
  forbiddenImport(SUBSCRIBER, '../../adapters/typeorm/typeorm-customers.js', 'subscribers-run-commands'),
  forbiddenImport(SUBSCRIBER, '#messaging', 'subscribers-run-commands'),
  forbiddenImport(QUERY, '../../domain/customer.js', 'queries-read-views'),
  forbiddenImport(QUERY, '../ports.js', 'queries-read-views'),
  forbiddenImport(QUERY, '../../adapters/typeorm/typeorm-customers.js', 'queries-read-views'),
  forbiddenImport(QUERY, 'typeorm', 'queries-read-views'),
  forbiddenImport('libs/customers/src/application/views.ts', '../domain/customer.js', 'queries-read-views'),
  forbiddenImport('libs/customers/src/application/ports.ts', 'typeorm', 'application-knows-no-technology'),
  forbiddenImport('libs/customers/src/application/ports.ts', '#platform/database', 'application-knows-no-technology'),

  forbiddenImport('libs/customers/src/index.ts', './adapters/typeorm/typeorm-customers.js', 'face-without-framework'),
  forbiddenImport('libs/customers/src/index.ts', './application/ports.js', 'face-without-framework'),
  forbiddenImport('libs/customers/src/facade.ts', '@nestjs/common', 'face-without-framework'),
  forbiddenImport('libs/customers/src/events.ts', '#messaging', 'face-without-framework'),
  forbiddenImport('libs/customers/src/events.ts', '#auth', 'face-without-framework'),

  forbiddenImport(CONTROLLER, '../../../../../apps/server/src/app.module.js', 'libs-know-no-app', 'no-cycles'),
  forbiddenImport('apps/subscriber/src/main.ts', '../../server/src/main.js', 'apps-stand-alone'),
  forbiddenImport(CONTROLLER, '../customers.contract.js', 'no-test-code-in-the-program'),
  forbiddenImport(CONTROLLER, '../../testing/a-customer.js', 'no-test-code-in-the-program'),
  forbiddenImport(CONTROLLER, '#codes/testing', 'no-test-code-in-the-program'),
  forbiddenImport(CONTROLLER, 'vitest', 'declared-dependencies'),
  forbiddenImport('libs/platform/database/src/database.ts', 'undeclared', 'declared-dependencies'),
  forbiddenImport('libs/customers/src/domain/errors.ts', './customer.js', 'no-cycles'),
  forbiddenImport(CONTROLLER, './nowhere.js', 'resolvable'),
];
