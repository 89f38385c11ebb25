/** Something that tries to break guarantees. */
export interface ProofMachine {
  name: string
  /** What it does to break them. */
  tries: string
  /** npm scripts with their options, or a path for `npm test`: what repeats it. */
  command: string
  /** Its tests in the short run; undefined when only the long run or a person starts it. */
  short?: string
  /** The part of `npm run test:long`. */
  part?: string
  /** What is counted of its runs: one of the counts that its test tells. Its tests, if there is none. */
  counted?: string
  /** The page, below `docs/`, that says what it found or how often it ran. */
  results?: string
  /** What it can't show, however long it runs. */
  blind: string
}

/** Every machine, from rules in memory to whole deployments. */
export const proofMachines = [
  {
    name: 'random commands',
    tries:
      'sends random commands, also twice, to the functions over the in-memory tables, and compares each answer with a model',
    command: 'npm test -- random-commands',
    short: 'test/promises/random-commands.unit.ts',
    blind: 'concurrency and failures',
  },
  {
    name: 'contract suites',
    tries:
      'runs one suite per port against the in-memory twin and against the engine, and random calls against both, which must have the same results at every step; compares streams, and calls beside a transaction that is under way',
    command: 'npm run test:long -- twins',
    short: 'test/gateways/queue.int.ts',
    part: 'twins',
    counted: 'random call sequences',
    blind:
      'where the embedded engine itself differs from AWS: the emulators and the AWS pages that the suites quote are all there is. Its transactions are applied at once, so reads that see one half applied are compared with nothing: both have them by a switch',
  },
  {
    name: 'simulation',
    tries:
      'runs functions, sagas and tables over the twins under one scheduler that draws order, faults and clocks from a seed; checks after each step',
    command: 'npm run simulate -- --seeds 5000',
    short: 'test/simulate/simulate.unit.ts',
    part: 'simulate',
    results: 'simulation.md#measured',
    counted: 'schedules',
    blind: 'HTTP, tokens, roles, and whatever the twins get wrong',
  },
  {
    name: 'exhaustive faults',
    tries: 'puts each fault at each call of the core use cases, and pairs of faults',
    command: 'npm run simulate -- --exhaustive',
    part: 'simulate',
    results: 'simulation.md#measured',
    counted: 'faults, each alone',
    blind: 'three faults that only together do harm, and use cases that nobody listed',
  },
  {
    name: 'outcome tables',
    tries: 'puts each fault at each step and undo of every saga, on the embedded Step Functions and on a whole stack',
    command: 'npm run test:long -- outcomes',
    short: 'test/e2e/outcomes.e2e.ts',
    part: 'outcomes',
    results: 'sagas/outcomes-on-the-stack.md',
    counted: 'sagas with a fault',
    blind: 'more than one fault in a saga, but for the random ones of the notification saga',
  },
  {
    name: 'scenarios and mutants',
    tries:
      'attacks one promise each on a whole stack, told step by step; and then again on a build with a mistake planted, where the promise must break',
    command: 'npm run mutants',
    short: 'test/e2e/scenarios.e2e.ts',
    part: 'mutants',
    results: 'scenarios/README.md',
    counted: 'mutants',
    blind: 'mistakes that nobody thought of planting',
  },
  {
    name: 'load',
    tries: 'sends each request in several copies at once, from many clients, and counts effects, answers and events',
    command: 'npm run load -- --unique 500 --copies 3',
    part: 'load',
    results: 'readers/load-testing.md#measured',
    counted: 'requests',
    blind: 'AWS’s latencies and limits: the figures are those of one machine',
  },
  {
    name: 'linearizability',
    tries: 'mixes reads into the load, and looks for an order of all calls to a ticket in which every answer is right',
    command: 'npm run load -- --reads 0.5',
    short: 'test/proof/linearizability/stale-reads.unit.ts',
    part: 'load',
    counted: 'reads',
    blind:
      'eventually consistent replicas: the embedded database always answers with the newest row, so only code that reads wrongly is found',
  },
  {
    name: 'chaos',
    tries:
      'throttles, delays and loses answers, kills functions, repeats and reverses batches and skews clocks during a load run',
    command: 'npm run load -- --unique 60 --chaos 7',
    short: 'test/e2e/chaos.e2e.ts',
    part: 'chaos',
    counted: 'faults injected',
    blind: 'faults that last longer than clients and queues retry',
  },
  {
    name: 'mutants under chaos',
    tries: 'plants mistakes in a stack under load and chaos, without a scenario that leads to them',
    command: 'npm run test:long -- planted-load',
    part: 'planted-load',
    results: '#who-watches-the-machines',
    counted: 'mutants',
    blind:
      'mistakes that show only once deliveries and sagas have settled, or that need a rare order of steps: those are planted in scenarios and in the simulation',
  },
  {
    name: 'kills',
    tries: 'kills the whole stack with SIGKILL while clients retry and sagas run, and starts it again on the same data',
    command: 'npm run test:long -- kills',
    short: 'test/e2e/kills.e2e.ts',
    part: 'kills',
    counted: 'kills',
    blind: 'power loss and broken disks: SQLite and the file system are trusted',
  },
  {
    name: 'planted damage',
    tries: 'corrupts stored data in each way that an invariant forbids: the check must name it',
    command: 'npm test -- check.unit',
    short: 'test/proof/check.unit.ts',
    blind: 'harm that no invariant describes',
  },
  {
    name: 'restore drill',
    tries: 'loses every table under traffic, restores them to moments that do not agree, and repairs them',
    command: 'npm run drill:restore',
    part: 'restore',
    results: 'restore.md#what-it-proves-and-by-what',
    counted: 'drills',
    blind: 'AWS Backup: the commands for AWS are printed and checked, never run',
  },
  {
    name: 'migration rehearsal',
    tries: 'takes a migration through every stage and back under traffic, with old and new code, a kill and a halt',
    command: 'npm run migrate -- rehearse',
    part: 'migration',
    blind: 'tables so large that a pass takes days',
  },
  {
    name: 'upgrades',
    tries: 'deploys the next version under traffic, with sagas in flight, and takes it back',
    command: 'npm run test:long -- upgrades',
    part: 'upgrades',
    blind: 'how CloudFormation itself fails',
  },
  {
    name: 'emulators',
    tries:
      'deploys the same app to LocalStack and MiniStack, and runs the end-to-end suite, load, scenarios and the check there',
    command: 'npm run test:long -- localstack',
    part: 'localstack',
    results: 'targets.md',
    blind: 'AWS: no account was ever used. Where the emulators are known to differ is in [targets](targets.md)',
  },
] as const satisfies readonly ProofMachine[]

export type ProofMachineName = (typeof proofMachines)[number]['name']

/** A promise in the words of those who rely on it, the invariants that state it, and what attacks it. */
export interface Guarantee {
  promise: string
  /** Numbers of the invariants; none where stored data alone can't show it. */
  invariants: readonly number[]
  attackedBy: readonly ProofMachineName[]
}

export const guarantees: readonly Guarantee[] = [
  {
    promise: 'A request takes effect once, however often it is sent, and every copy gets the same answer',
    invariants: [9, 10, 11, 12, 13],
    attackedBy: [
      'random commands',
      'contract suites',
      'simulation',
      'exhaustive faults',
      'scenarios and mutants',
      'load',
      'chaos',
      'mutants under chaos',
      'kills',
      'planted damage',
      'emulators',
    ],
  },
  {
    promise: 'What was acknowledged is kept, nothing is overwritten unseen, and the history is whole',
    invariants: [1, 2, 3, 4, 5, 8, 29],
    attackedBy: [
      'random commands',
      'contract suites',
      'simulation',
      'exhaustive faults',
      'scenarios and mutants',
      'load',
      'chaos',
      'kills',
      'planted damage',
      'upgrades',
      'emulators',
    ],
  },
  {
    promise: 'What clients read fits what they wrote, in one order for all of them',
    invariants: [31],
    attackedBy: ['linearizability', 'chaos', 'mutants under chaos', 'scenarios and mutants', 'planted damage'],
  },
  {
    promise: 'An event reaches every subscriber, in order, and takes effect there once',
    invariants: [6, 7],
    attackedBy: [
      'contract suites',
      'simulation',
      'exhaustive faults',
      'scenarios and mutants',
      'load',
      'chaos',
      'kills',
      'planted damage',
      'upgrades',
      'emulators',
    ],
  },
  {
    promise: 'Work in several steps is completed or undone, each step once, or waits for an operator',
    invariants: [14, 15, 16, 17, 18, 19, 32, 33],
    attackedBy: [
      'contract suites',
      'simulation',
      'exhaustive faults',
      'outcome tables',
      'scenarios and mutants',
      'chaos',
      'kills',
      'planted damage',
      'upgrades',
      'emulators',
    ],
  },
  {
    promise: 'Each person concerned gets one notice, and mail at least once under one id',
    invariants: [22],
    attackedBy: ['simulation', 'outcome tables', 'scenarios and mutants', 'chaos', 'planted damage', 'emulators'],
  },
  {
    promise:
      'A file that can be downloaded is the one that was inspected; nothing is left behind, and nobody takes the room of others',
    invariants: [20, 21, 30],
    attackedBy: [
      'contract suites',
      'simulation',
      'exhaustive faults',
      'outcome tables',
      'scenarios and mutants',
      'planted damage',
      'emulators',
    ],
  },
  {
    promise: 'Read models equal their rebuild, and looking back starts nothing outside',
    invariants: [23, 24],
    attackedBy: ['simulation', 'scenarios and mutants', 'load', 'chaos', 'planted damage'],
  },
  {
    promise: 'Nothing crosses tenants, and nobody who left still holds a ticket',
    invariants: [26, 28],
    attackedBy: ['simulation', 'scenarios and mutants', 'chaos', 'planted damage', 'emulators'],
  },
  {
    promise: 'A restore leaves nothing half done, and says what is lost',
    invariants: [25],
    attackedBy: ['restore drill', 'scenarios and mutants', 'planted damage'],
  },
  {
    promise: 'A new version, and rows of another form, can come and go under traffic',
    invariants: [],
    attackedBy: ['upgrades', 'migration rehearsal', 'emulators'],
  },
]
