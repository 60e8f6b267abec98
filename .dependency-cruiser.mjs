// Who may import whom. The tool reads every import, so that the house's plan is checked and not only described
// (docs/adr, boundaries). infra/boundaries.test.ts plants a violation of each rule and expects it to be found.

/** From the lowest up: a package may import from the levels before its own, and from nothing beside or above it. */
const levels = [
  ['errors', 'policy', 'credentials', 'config', 'plans', 'audit-proof', 'outbound', 'background'],
  ['contracts', 'database'],
  ['events', 'mail'],
  ['auth', 'limits'],
  ['lease-postgres'],
  ['http'],
  ['service'],
  ['testing', 'cli'],
];

const upwards = levels.flatMap((level, index) =>
  level.map((name) => {
    const closed = levels.slice(index).flat();
    return {
      name: `${name}-imports-upwards`,
      comment: 'a lower package must not know a higher one',
      severity: 'error',
      // Tests may stand on anything: packages/testing exists for them.
      from: { path: `^packages/${name}/src/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^packages/(${closed.filter((other) => other !== name).join('|') || 'none'})/` },
    };
  }),
);

const unordered = {
  name: 'package-without-a-level',
  comment: 'a new package says in this file where it stands',
  severity: 'error',
  from: { path: `^packages/(?!(${levels.flat().join('|')})/)` },
  to: {},
};

export default {
  forbidden: [
    ...upwards,
    unordered,
    {
      name: 'service-imports-service',
      comment: 'services talk over HTTP and events; what two of them need is a package',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'service-or-gateway-reached-from-outside',
      comment:
        'nothing imports a service or the gateway: they are processes; benches fill tables by their pure rules',
      severity: 'error',
      from: { pathNot: '^(services/[^/]+|gateway|bench)/' },
      to: { path: '^(services|gateway)/' },
    },
    {
      name: 'gateway-and-services-apart',
      comment: 'the gateway routes to services and never runs them',
      severity: 'error',
      from: { path: '^(gateway|services)/' },
      to: { path: '^(gateway|services)/', pathNot: '^$1/' },
    },
    {
      name: 'infra-from-the-product',
      comment: 'the product runs without the local stack',
      severity: 'error',
      from: { path: '^(packages|services|gateway)/' },
      to: { path: '^infra/' },
    },
    {
      name: 'deep-import',
      comment: 'a package is its index: anything else is its own affair',
      severity: 'error',
      from: { path: '^(?:packages/([^/]+)|services/([^/]+)|gateway|infra|test)/' },
      to: { path: '^packages/([^/]+)/', pathNot: ['^packages/[^/]+/src/index\\.ts$', '^packages/$1/'] },
    },
    {
      name: 'testing-in-the-product',
      comment: 'fixtures stay out of what runs in production',
      severity: 'error',
      from: {
        path: '^(packages|services|gateway)/.*/?src/',
        pathNot: ['\\.test\\.ts$', '^packages/testing/'],
      },
      to: { path: '^packages/testing/' },
    },
    {
      name: 'junk-drawer',
      comment: 'name a folder after what is in it',
      severity: 'error',
      from: {},
      to: { path: '(^|/)(utils?|common|shared|helpers?)(/|\\.ts$)', pathNot: 'node_modules|/generated/' },
    },
    {
      name: 'junk-drawer-orphan',
      comment: 'name a folder after what is in it',
      severity: 'error',
      from: { path: '(^|/)(utils?|common|shared|helpers?)(/|\\.ts$)', pathNot: 'node_modules|/generated/' },
      to: {},
    },
    {
      name: 'cycle',
      comment: 'two files that need each other are one, or three',
      severity: 'error',
      from: { pathNot: '/generated/' },
      to: { circular: true },
    },
    {
      name: 'orphan',
      comment: 'nobody imports it and nobody runs it',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '\\.d\\.ts$',
          '\\.test\\.ts$',
          '/generated/',
          '^infra/[^/]+\\.ts$',
          // Runs in the browser, as it stands.
          '^gateway/pages/',
          '/src/(index|main)\\.ts$',
        ],
      },
      to: {},
    },
    {
      name: 'unresolvable',
      comment: 'an import that leads nowhere, or to a package that package.json does not name',
      severity: 'error',
      from: { pathNot: '/generated/' },
      // Generated clients are made by infra/generate.ts and may not be there yet.
      to: { couldNotResolve: true, pathNot: '/generated/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/generated/'] },
    exclude: { path: ['/node_modules/\\.', '/\\.data/', '/\\.cache/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
