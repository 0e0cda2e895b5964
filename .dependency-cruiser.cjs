/**
 * Who may import whom (docs/architecture.md). Inside a service: domain knows only itself and the contracts; application
 * knows the domain and its ports; adapters know both and the world; app, start and main know all. No service knows another.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules do no I/O: they know their own folder, the contracts, luxon and the schema library.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/domain/', pathNot: '\\.test\\.ts$' },
      to: {
        pathNot: ['^services/$1/src/domain/', '^packages/contracts/', 'node_modules/(luxon|typebox)/'],
      },
    },
    {
      name: 'application-knows-no-adapter',
      comment:
        'A use case asks its ports. Of the runtime it knows types and the clock, of libraries those without I/O.',
      severity: 'error',
      from: { path: '^services/([^/]+)/src/application/', pathNot: '\\.test\\.ts$' },
      to: {
        pathNot: [
          '^services/$1/src/(domain|application)/',
          '^packages/(contracts|runtime)/',
          'node_modules/(luxon|typebox|p-map|uuid)/',
          '^(node:)?(timers/promises|crypto)$',
        ],
      },
    },
    {
      name: 'no-service-imports-another',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'packages-know-no-service',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^services/' },
    },
    {
      name: 'contracts-stand-alone',
      severity: 'error',
      from: { path: '^packages/contracts/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/contracts/src/', 'node_modules/(typebox|luxon|@noble/hashes)/'] },
    },
    {
      name: 'simulator-stands-alone',
      comment: 'The simulator stands for AWS: if it shared our code, it would share our mistakes.',
      severity: 'error',
      from: { path: '^packages/aws-simulator/src/' },
      to: { path: '^packages/(?!aws-simulator/)' },
    },
    {
      name: 'packages-by-their-front-door',
      comment: 'Other packages are imported by name, so that only what they export is used.',
      severity: 'error',
      from: { path: '^(packages|services)/([^/]+)/' },
      to: {
        path: '^packages/([^/]+)/src/(?!index\\.ts$)',
        pathNot: '^packages/$2/',
      },
    },
    {
      name: 'only-runtime-is-below-database',
      comment: 'The layers of packages: contracts, runtime, database, messaging, service-base.',
      severity: 'error',
      from: { path: '^packages/runtime/src/' },
      to: { path: '^packages/(?!runtime/|contracts/)' },
    },
    {
      name: 'tests-stay-out-of-the-product',
      severity: 'error',
      from: { path: '^(packages|services)/[^/]+/src/', pathNot: ['\\.test\\.ts$', '^packages/testkit/'] },
      to: { path: ['^packages/testkit/', '\\.test\\.ts$', '/test/'] },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
