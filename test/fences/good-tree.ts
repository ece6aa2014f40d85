const LIBRARIES = [
  'kernel',
  'platform',
  'messaging',
  'notifications',
  'codes',
  'auth',
  'customers',
  'registration',
  'orders',
  'wallet',
];

/** The smallest tree that uses everything the fences allow: files and what they import. */
export const goodTree: Readonly<Record<string, readonly string[]>> = {
  'libs/kernel/src/index.ts': ['./email.js'],
  'libs/kernel/src/email.ts': ['libphonenumber-js'],
  'libs/kernel/src/email.spec.ts': ['vitest', 'node:crypto', './email.js'],

  'libs/platform/src/index.ts': ['./database.js'],
  'libs/platform/src/database.ts': ['typeorm', 'node:fs', '#kernel'],
  'libs/platform/src/platform.module.ts': ['@nestjs/common', './database.js'],

  'libs/messaging/src/index.ts': ['@nestjs/common', '#platform'],
  'libs/messaging/src/messaging.module.ts': ['@nestjs/common', '#platform/module'],

  'libs/notifications/src/index.ts': ['@nestjs/common', './outgoing.js'],
  'libs/notifications/src/outgoing.ts': ['#messaging'],
  'libs/notifications/src/application/dispatcher.ts': ['@nestjs/common', '#platform'],
  'libs/notifications/src/notifications.module.ts': ['@nestjs/common', '#messaging/module'],

  'libs/codes/src/index.ts': ['#kernel'],
  'libs/codes/src/codes.module.ts': ['#notifications/module'],
  'libs/codes/src/testing/index.ts': ['./in-memory-codes.js'],
  'libs/codes/src/testing/in-memory-codes.ts': ['#kernel'],

  'libs/auth/src/index.ts': ['./facade.js'],
  'libs/auth/src/facade.ts': ['#kernel'],
  'libs/auth/src/auth.module.ts': ['#codes/module'],

  'libs/customers/src/index.ts': [
    './facade.js',
    './events.js',
    './domain/customer.js',
    './application/views.js',
    '#kernel',
  ],
  'libs/customers/src/facade.ts': ['./domain/customer.js'],
  'libs/customers/src/events.ts': ['#kernel'],
  'libs/customers/src/customers.module.ts': [
    '@nestjs/common',
    '@nestjs/cqrs',
    '#kernel',
    '#platform',
    '#auth/module',
    './application/commands/create-customer.js',
    './adapters/typeorm/typeorm-customers.js',
    './adapters/http/customers.controller.js',
  ],
  'libs/customers/src/domain/customer.ts': ['./errors.js', '#kernel'],
  'libs/customers/src/domain/errors.ts': ['#kernel'],
  'libs/customers/src/domain/customer.spec.ts': ['vitest', 'node:util', './customer.js', '../testing/a-customer.js'],
  'libs/customers/src/testing/a-customer.ts': ['vitest', '../domain/customer.js'],
  'libs/customers/src/application/ports.ts': ['../domain/customer.js', '#kernel'],
  'libs/customers/src/application/views.ts': ['#kernel'],
  'libs/customers/src/application/commands/create-customer.ts': [
    '@nestjs/cqrs',
    '#kernel',
    '#auth',
    '#notifications',
    '../../domain/customer.js',
    '../../events.js',
    '../ports.js',
  ],
  'libs/customers/src/application/commands/create-customer.spec.ts': [
    'vitest',
    './create-customer.js',
    '#codes/testing',
    '../../adapters/memory/in-memory-customers.js',
  ],
  'libs/customers/src/application/queries/get-customer.ts': ['@nestjs/cqrs', '#kernel', '../views.js'],
  'libs/customers/src/application/subscribers/password-changed.ts': [
    '@nestjs/cqrs',
    '#auth',
    '../commands/create-customer.js',
  ],
  'libs/customers/src/adapters/customers.contract.ts': ['vitest', '../application/ports.js'],
  'libs/customers/src/adapters/memory/in-memory-customers.ts': ['../../application/ports.js'],
  'libs/customers/src/adapters/memory/in-memory-customers.spec.ts': ['vitest', '../customers.contract.js'],
  'libs/customers/src/adapters/http/customers.controller.ts': [
    '@nestjs/common',
    '@nestjs/cqrs',
    '#platform',
    '#messaging',
    '#auth',
    '../../application/commands/create-customer.js',
    '../../application/queries/get-customer.js',
  ],
  'libs/customers/src/adapters/typeorm/typeorm-customers.ts': [
    'typeorm',
    'node:crypto',
    '#platform',
    '../../domain/customer.js',
  ],

  'libs/registration/src/index.ts': ['#kernel'],
  'libs/registration/src/registration.module.ts': ['#customers/module', '#auth/module'],
  'libs/registration/src/adapters/ask-customers.ts': ['#customers'],

  'libs/wallet/src/index.ts': ['#kernel'],
  'libs/wallet/src/wallet.module.ts': ['#auth/module', '#messaging/module', '#platform/module'],
  'libs/wallet/src/adapters/wallet.controller.ts': ['#auth', '#platform'],
  'libs/orders/src/index.ts': ['#kernel'],
  'libs/orders/src/orders.module.ts': ['@nestjs/common'],

  'apps/server/src/main.ts': ['@nestjs/common', '#platform', './app.module.js'],
  'apps/server/src/app.module.ts': ['#platform/module', '#registration/module', '#customers/module', '#wallet/module'],
  'apps/subscriber/src/main.ts': ['node:util'],
};

export const goodPackage = {
  name: 'tree',
  type: 'module',
  imports: Object.fromEntries(
    LIBRARIES.flatMap((name) => [
      [`#${name}`, { source: `./libs/${name}/src/index.ts` }],
      [`#${name}/module`, { source: `./libs/${name}/src/${name}.module.ts` }],
      [`#${name}/testing`, { source: `./libs/${name}/src/testing/index.ts` }],
    ]),
  ),
  dependencies: { '@nestjs/common': '*', '@nestjs/cqrs': '*', typeorm: '*', 'libphonenumber-js': '*' },
  devDependencies: { vitest: '*' },
};
