export interface Trespasser {
  readonly file: string;
  readonly imports: string;
  readonly breaks: readonly string[];
}

const trespasser = (file: string, imports: string, ...breaks: string[]): Trespasser => ({ file, imports, breaks });

const COMMAND = 'libs/customers/src/application/commands/create-customer.ts';
const SUBSCRIBER = 'libs/customers/src/application/subscribers/password-changed.ts';
const QUERY = 'libs/customers/src/application/queries/get-customer.ts';
const DOMAIN = 'libs/customers/src/domain/customer.ts';
const SPEC = 'libs/customers/src/application/commands/create-customer.spec.ts';
const CONTROLLER = 'libs/customers/src/adapters/http/customers.controller.ts';

/** One bad import each, and exactly the fences it must run into. */
export const trespassers: readonly Trespasser[] = [
  trespasser('libs/registration/src/adapters/x.ts', '#wallet', 'direction-registration'),
  trespasser(CONTROLLER, '#registration', 'direction-customers'),
  trespasser('libs/auth/src/adapters/x.ts', '#customers', 'direction-auth'),
  trespasser('libs/auth/src/adapters/x.spec.ts', '#customers', 'direction-auth'),
  trespasser('libs/codes/src/adapters/x.ts', '#auth', 'direction-codes'),
  trespasser('libs/notifications/src/x.ts', '#codes', 'direction-notifications'),
  trespasser('libs/messaging/src/x.ts', '#customers', 'direction-messaging'),
  trespasser('libs/messaging/src/x.ts', '#notifications', 'direction-messaging'),
  trespasser('libs/platform/http/src/x.ts', '#auth', 'direction-platform'),
  trespasser('libs/platform/database/src/x.ts', '#messaging', 'direction-platform'),
  trespasser(
    'libs/platform/health/src/x.ts',
    '#platform/module',
    'direction-platform-health',
    'module-door-is-for-wiring',
  ),
  trespasser('libs/platform/http-server/src/x.ts', '#platform/health', 'direction-platform-http-server'),
  trespasser('libs/platform/audit/src/x.ts', '#platform/http-server', 'direction-platform-audit'),
  trespasser('libs/platform/idempotency/src/x.ts', '#platform/audit', 'direction-platform-idempotency'),
  trespasser('libs/platform/rate-limits/src/x.ts', '#platform/idempotency', 'direction-platform-rate-limits'),
  trespasser('libs/platform/paging/src/x.ts', '#platform/rate-limits', 'direction-platform-paging'),
  trespasser('libs/platform/jobs/src/x.ts', '#platform/audit', 'direction-platform-jobs'),
  trespasser('libs/platform/http/src/x.ts', '#platform/rate-limits', 'direction-platform-http'),
  trespasser('libs/platform/database/src/x.ts', '#platform/http', 'direction-platform-database'),
  trespasser('libs/platform/redis/src/x.ts', '#platform/database', 'direction-platform-redis'),
  trespasser('libs/platform/in-memory/src/x.ts', '#platform/redis', 'direction-platform-in-memory'),
  trespasser('libs/platform/passwords/src/x.ts', '#platform/database', 'direction-platform-passwords'),
  trespasser('libs/platform/embedded-postgres/src/x.ts', '#platform/database', 'direction-platform-embedded-postgres'),
  trespasser('libs/platform/observability/src/x.ts', '#platform/http', 'direction-platform-observability'),
  trespasser('libs/platform/crypto/src/x.ts', '#platform/observability', 'direction-platform-crypto'),
  trespasser('libs/platform/config/src/x.ts', '#platform/crypto', 'direction-platform-config'),
  trespasser('libs/platform/async/src/x.ts', '#platform/config', 'direction-platform-async'),
  trespasser(
    'libs/platform/http/src/x.ts',
    '../../database/src/database.js',
    'two-doors',
    'doors-by-name',
    'direction-platform-http',
  ),
  trespasser('libs/orders/src/adapters/x.ts', '#wallet', 'direction-commerce'),
  trespasser('libs/wallet/src/adapters/x.ts', '#customers', 'direction-commerce'),

  trespasser(CONTROLLER, '../../../../auth/src/facade.js', 'two-doors', 'doors-by-name'),
  trespasser(SPEC, '../../../../codes/src/testing/in-memory-codes.js', 'two-doors', 'doors-by-name'),
  trespasser('libs/customers/src/domain/customer.spec.ts', '../../../auth/src/facade.js', 'two-doors', 'doors-by-name'),
  trespasser('apps/server/src/main.ts', '../../../libs/auth/src/facade.js', 'two-doors', 'doors-by-name'),
  trespasser(CONTROLLER, '../../../../auth/src/index.js', 'doors-by-name'),
  trespasser('apps/server/src/app.module.ts', '../../../libs/auth/src/auth.module.js', 'doors-by-name'),
  trespasser(CONTROLLER, '#auth/module', 'module-door-is-for-wiring'),
  trespasser(CONTROLLER, '#auth/facade', 'resolvable'),

  trespasser('libs/kernel/src/email.ts', 'node:crypto', 'kernel-is-pure'),
  trespasser('libs/kernel/src/email.ts', 'typeorm', 'kernel-is-pure'),
  trespasser('libs/kernel/src/email.ts', '#orders/module', 'kernel-is-pure', 'module-door-is-for-wiring'),

  trespasser(DOMAIN, '@nestjs/common', 'domain-is-pure'),
  trespasser(DOMAIN, 'typeorm', 'domain-is-pure'),
  trespasser(DOMAIN, 'node:crypto', 'domain-is-pure'),
  trespasser(DOMAIN, '#auth', 'domain-is-pure'),
  trespasser(DOMAIN, '../application/views.js', 'domain-is-pure'),
  trespasser(DOMAIN, '../events.js', 'domain-is-pure'),

  trespasser(COMMAND, '../../adapters/memory/in-memory-customers.js', 'commands-know-domain-and-ports'),
  trespasser(COMMAND, '../views.js', 'commands-know-domain-and-ports'),
  trespasser(COMMAND, '../queries/get-customer.js', 'commands-know-domain-and-ports'),
  trespasser(COMMAND, '@nestjs/common', 'commands-know-domain-and-ports'),
  trespasser(COMMAND, 'typeorm', 'commands-know-domain-and-ports'),
  trespasser(COMMAND, 'node:crypto', 'commands-know-domain-and-ports'),
  trespasser(COMMAND, '#platform/database', 'commands-know-domain-and-ports'),
  trespasser(COMMAND, '#messaging', 'commands-know-domain-and-ports'),
  trespasser(
    'libs/customers/src/application/commands/delete-customer.ts',
    './create-customer.js',
    'commands-know-domain-and-ports',
  ),
  trespasser(SUBSCRIBER, '../views.js', 'subscribers-run-commands'),
  trespasser(SUBSCRIBER, '../../adapters/typeorm/typeorm-customers.js', 'subscribers-run-commands'),
  trespasser(SUBSCRIBER, '#messaging', 'subscribers-run-commands'),
  trespasser(QUERY, '../../domain/customer.js', 'queries-read-views'),
  trespasser(QUERY, '../ports.js', 'queries-read-views'),
  trespasser(QUERY, '../../adapters/typeorm/typeorm-customers.js', 'queries-read-views'),
  trespasser(QUERY, 'typeorm', 'queries-read-views'),
  trespasser('libs/customers/src/application/views.ts', '../domain/customer.js', 'queries-read-views'),
  trespasser('libs/customers/src/application/ports.ts', 'typeorm', 'application-knows-no-technology'),
  trespasser('libs/customers/src/application/ports.ts', '#platform/database', 'application-knows-no-technology'),

  trespasser('libs/customers/src/index.ts', './adapters/typeorm/typeorm-customers.js', 'face-without-framework'),
  trespasser('libs/customers/src/index.ts', './application/ports.js', 'face-without-framework'),
  trespasser('libs/customers/src/facade.ts', '@nestjs/common', 'face-without-framework'),
  trespasser('libs/customers/src/events.ts', '#messaging', 'face-without-framework'),
  trespasser('libs/customers/src/events.ts', '#auth', 'face-without-framework'),

  trespasser(CONTROLLER, '../../../../../apps/server/src/app.module.js', 'libs-know-no-app', 'no-cycles'),
  trespasser('apps/subscriber/src/main.ts', '../../server/src/main.js', 'apps-stand-alone'),
  trespasser(CONTROLLER, '../customers.contract.js', 'no-test-code-in-the-program'),
  trespasser(CONTROLLER, '../../testing/a-customer.js', 'no-test-code-in-the-program'),
  trespasser(CONTROLLER, '#codes/testing', 'no-test-code-in-the-program'),
  trespasser(CONTROLLER, 'vitest', 'declared-dependencies'),
  trespasser('libs/platform/database/src/database.ts', 'undeclared', 'declared-dependencies'),
  trespasser('libs/customers/src/domain/errors.ts', './customer.js', 'no-cycles'),
  trespasser(CONTROLLER, './nowhere.js', 'resolvable'),
];
