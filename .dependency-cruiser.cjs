// The fences of the architecture. Each comment says what to do instead; test/architecture/boundaries proves that each stops a trespasser.

// One direction: a technical library may know those after it.
const TECHNICAL = [
  ['health'],
  ['http-server'],
  ['audit'],
  ['idempotency', 'rate-limits', 'paging', 'jobs'],
  ['http', 'database', 'redis', 'in-memory', 'passwords', 'embedded-postgres'],
  ['observability', 'crypto'],
  ['config', 'async'],
];

// One direction: a module may know those after it.
const DIRECTION = ['registration', 'customers', 'auth', 'codes', 'notifications', 'messaging', 'platform', 'kernel'];

const TESTS = ['\\.(spec|contract)\\.ts$', '/testing/'];
const FACE = '^libs/(?:platform/)?[^/]+/src/index\\.ts$';
const KERNEL = '^libs/kernel/src/index\\.ts$';
// The doubles of a library's ports; a third door, for tests only.
const TESTING = '^libs/(?:platform/)?[^/]+/src/testing/index\\.ts$';
// platform and messaging drag frameworks along: only adapters and wiring may see them.
const FACE_WITHOUT_FRAMEWORK = '^libs/(?!platform/|messaging/)[^/]+/src/index\\.ts$';
// Free to show and use frameworks anywhere.
const NOT_TECHNICAL = '(?!(?:platform|messaging|notifications)/)';
const CQRS = 'node_modules/@nestjs/cqrs/';

const directions = DIRECTION.slice(0, -1).map((name, place) => ({
  name: `direction-${name}`,
  comment: `${name} may know ${DIRECTION.slice(place + 1).join(', ')}. Let the other module call this one's facade, or announce an event it listens to.`,
  from: { path: `^libs/${name}/` },
  to: { path: '^libs/', pathNot: `^libs/(${DIRECTION.slice(place).join('|')})/` },
}));

// A library stands beside others of its rank and knows none of them.
const technicalDirections = TECHNICAL.flatMap((rank, place) =>
  rank.map((name) => {
    const below = TECHNICAL.slice(place + 1).flat();
    return {
      name: `direction-platform-${name}`,
      comment: `platform/${name} may know ${below.length > 0 ? below.join(', ') : 'no other technical library'}. Move what both need into a library below, or pass it in.`,
      from: { path: `^libs/platform/${name}/`, pathNot: TESTS },
      to: { path: '^libs/platform/', pathNot: `^libs/platform/(${[name, ...below].join('|')})/` },
    };
  }),
);

const forbidden = [
  ...directions,
  ...technicalDirections,
  {
    name: 'direction-commerce',
    comment:
      "wallet, inventory, orders and analytics know auth's face and the technical libraries. Everything else they learn from events.",
    from: { path: `^libs/(?!(?:${DIRECTION.join('|')})/)([^/]+)/` },
    to: { path: '^libs/', pathNot: '^libs/($1|auth|messaging|platform|kernel)/' },
  },
  {
    name: 'two-doors',
    comment:
      'A library has two doors: `#x` (index.ts) and `#x/module` (x.module.ts). Export what you need from its face, or ask its facade.',
    from: { path: '^(apps|libs)/(platform/[^/]+|[^/]+)/' },
    to: {
      path: '^libs/',
      pathNot: ['^$1/$2/', FACE, TESTING, '^libs/([^/]+)/src/\\1\\.module\\.ts$'],
    },
  },
  {
    name: 'doors-by-name',
    comment: 'Enter another library by `#x` or `#x/module`, never by a relative path.',
    from: { path: '^(apps|libs)/(platform/[^/]+|[^/]+)/' },
    to: { path: '^libs/', pathNot: '^$1/$2/', dependencyTypesNot: ['aliased'] },
  },
  {
    name: 'module-door-is-for-wiring',
    comment:
      'Only `*.module.ts` files and apps import a Nest module. Take the class you need from the face, by constructor.',
    from: { path: '^libs/', pathNot: ['\\.module\\.ts$', ...TESTS] },
    to: { path: '^libs/.*\\.module\\.ts$' },
  },
  {
    name: 'kernel-is-pure',
    comment:
      'The kernel uses web globals and libphonenumber-js only. Declare a port here and implement it in platform.',
    from: { path: '^libs/kernel/', pathNot: TESTS },
    to: { pathNot: ['^libs/kernel/', 'node_modules/libphonenumber-js/'] },
  },
  {
    name: 'domain-is-pure',
    comment:
      'The domain knows itself and `#kernel`. Pass in what it needs, or declare a port in application/ports.ts and let an adapter do it.',
    from: { path: '^libs/([^/]+)/src/domain/', pathNot: TESTS },
    to: { pathNot: ['^libs/$1/src/domain/', KERNEL] },
  },
  {
    name: 'commands-know-domain-and-ports',
    comment:
      'A command knows its domain, ports.ts and what else stands beside it in application/, its events, faces below it, `#kernel` and @nestjs/cqrs; never another command, a query or a view. Declare a port for anything else.',
    from: { path: '^libs/([^/]+)/src/application/commands/', pathNot: TESTS },
    to: {
      pathNot: [
        '^libs/$1/src/(domain/|application/((?!views)[^/]+\\.ts$|services/)|(events|facade)\\.ts$)',
        FACE_WITHOUT_FRAMEWORK,
        CQRS,
      ],
    },
  },
  {
    name: 'subscribers-run-commands',
    comment:
      'A subscriber or a job turns what happened into a command of its own module, or into what stands beside it in application/.',
    from: { path: '^libs/([^/]+)/src/application/(subscribers|jobs)/', pathNot: TESTS },
    to: {
      pathNot: [
        '^libs/$1/src/(domain/|application/((?!views)[^/]+\\.ts$|services/|commands/)|(events|facade)\\.ts$)',
        FACE_WITHOUT_FRAMEWORK,
        CQRS,
      ],
    },
  },
  {
    name: 'queries-read-views',
    comment:
      'A query reads through views.ts, never through an aggregate or a write port. Add a method to the view port.',
    from: { path: '^libs/([^/]+)/src/application/(queries/|views\\.ts$)', pathNot: TESTS },
    to: { pathNot: ['^libs/$1/src/application/views\\.ts$', KERNEL, CQRS] },
  },
  {
    name: 'application-knows-no-technology',
    comment: 'The application layer knows no adapter and no framework but @nestjs/cqrs. Declare a port and inject it.',
    from: {
      path: `^libs/${NOT_TECHNICAL}([^/]+)/src/application/(?!commands/|subscribers/|jobs/|queries/|views\\.ts$)`,
      pathNot: TESTS,
    },
    to: { pathNot: ['^libs/$1/src/(domain/|application/|(events|facade)\\.ts$)', FACE_WITHOUT_FRAMEWORK, CQRS] },
  },
  {
    name: 'face-without-framework',
    comment:
      "A face shows its module's own facade, events, views and domain types, and drags nothing along. Keep adapters, handlers and frameworks behind it.",
    from: { path: `^libs/(?!kernel/)${NOT_TECHNICAL}([^/]+)/src/(index|facade|events)\\.ts$` },
    to: { pathNot: ['^libs/$1/src/(domain/|application/views\\.ts$|(index|facade|events)\\.ts$)', KERNEL] },
  },
  {
    name: 'libs-know-no-app',
    comment: 'Apps compose libraries; a library never knows who runs it. Pass it in through the module.',
    from: { path: '^libs/' },
    to: { path: '^apps/' },
  },
  {
    name: 'apps-stand-alone',
    comment: 'One app never imports another. Move what both need into a library.',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'no-test-code-in-the-program',
    comment: 'The build leaves specs, contracts and testing/ out. Move what the program needs beside its subject.',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { path: [...TESTS, '^test/'] },
  },
  {
    name: 'declared-dependencies',
    comment: 'The image is installed without development dependencies. Add the package to `dependencies`.',
    from: { path: '^(apps|libs)/', pathNot: TESTS },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'no-cycles',
    comment:
      'Decorator metadata reads classes at import time, so a cycle ends in a ReferenceError. Move what both need into a third file.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolvable',
    comment:
      'This import leads nowhere. Libraries are named in the `imports` of package.json, packages in `dependencies`.',
    from: {},
    to: { couldNotResolve: true },
  },
];

module.exports = {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
