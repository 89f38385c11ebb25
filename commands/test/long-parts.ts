/** How many parts of a kind run at a time on two cores. */
export const atOnceOf = { proof: 3, emulator: 2 } as const
type SharingKind = keyof typeof atOnceOf

/** A long proof that can be run alone. A sample of it is in the short run. */
export interface LongPart {
  name: string
  /** Its test file. */
  file: string
  proves: string
  /** The time that it takes on two cores, by default and with `--all`. */
  minutes: number
  minutesWithAll: number
  /**
   * It leaves processor time idle, as it mostly waits or uses one core, so it runs beside others of its kind: proofs, and emulators, which
   * answer too slowly beside anything busy. Without a kind it has both cores.
   */
  shares?: SharingKind
}

/** Every long proof. Those that have both cores run first, in this order. */
export const longParts: readonly LongPart[] = [
  {
    name: 'outcomes',
    file: 'test/e2e/outcomes.long.ts',
    proves: 'every step and undo of every saga, under every fault, ends on a whole stack as the in-memory harness says',
    minutes: 2,
    minutesWithAll: 6,
  },
  {
    name: 'pages',
    file: 'test/docs/pages.long.ts',
    proves:
      'the generated pages are up to date, every saga run on them reached a defined end, and one ticket’s life has the shape that its page tells',
    minutes: 1,
    minutesWithAll: 1,
  },
  {
    name: 'scenarios',
    file: 'test/e2e/scenarios.long.ts',
    proves: 'every scenario holds on a whole stack, and its page tells the same story',
    minutes: 1,
    minutesWithAll: 1,
  },
  {
    name: 'mutants',
    file: 'test/e2e/mutants.long.ts',
    proves: 'a third of the mistakes planted in scenarios, with --all every one, break all invariants that they must',
    minutes: 2,
    minutesWithAll: 6,
  },
  {
    name: 'load',
    file: 'test/e2e/load.long.ts',
    proves: 'conversations sent in three copies take effect once each, also when the stack is killed halfway',
    minutes: 1,
    minutesWithAll: 1,
  },
  {
    name: 'kills',
    file: 'test/e2e/kill-sagas.long.ts',
    proves:
      '200 sagas end within their bound although the stack is killed three times, and one that starts held on what a kill left calls nobody before the release',
    minutes: 1,
    minutesWithAll: 1,
  },
  {
    name: 'restore',
    file: 'test/e2e/restore.long.ts',
    proves:
      'a stack is restored from torn backups after its tables were lost or a bad release: repaired it holds every invariant, without the repair it is broken; restored tables can be swapped on AWS',
    minutes: 2,
    minutesWithAll: 2,
  },
  {
    name: 'migration',
    file: 'test/e2e/migration.long.ts',
    proves:
      'a migration goes through every stage and back under traffic, with old and new code, a refusal, a kill and a halt: no write is lost',
    minutes: 5,
    minutesWithAll: 5,
    shares: 'proof',
  },
  {
    name: 'archive',
    file: 'test/e2e/archive.long.ts',
    proves:
      'events of closed tickets are archived on a whole stack by runs that are killed, beside a reopening, answer as before, and come back',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'malware-scan',
    file: 'test/e2e/malware-scan.long.ts',
    proves:
      'uploads wait for a scan on a whole stack, keep their form when it is switched on, and get their verdict while it is drained',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'objects',
    file: 'localstack/embedded/test/s3/kill-objects.long.ts',
    proves:
      'the embedded S3 is killed 20 times under writes: each object is the old or the new one, whole, and no file is left over',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'chaos',
    file: 'test/e2e/chaos.long.ts',
    proves: 'load runs hold every invariant while 16 random faults are injected',
    minutes: 1,
    minutesWithAll: 4,
  },
  {
    name: 'planted-load',
    file: 'test/e2e/planted-load.long.ts',
    proves: 'load under chaos finds planted mistakes without a scenario that leads to them, a stale read among them',
    minutes: 1,
    minutesWithAll: 1,
  },
  {
    name: 'simulate',
    file: 'test/simulate/simulate.long.ts',
    proves:
      '20,000 simulated schedules, with --all 100,000, and every fault at every point of the core use cases, hold every invariant and show everything; planted mistakes are found',
    minutes: 5,
    minutesWithAll: 30,
  },
  {
    name: 'notifications',
    file: 'test/sagas/notification-matrix.long.ts',
    proves: 'a notification saga ends as defined whichever of its calls fails, and under many faults at once',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'emulator',
  },
  {
    name: 'check-memory',
    file: 'test/proof/check-memory.long.ts',
    proves:
      'the check of all stored data runs in a heap that its rows do not fit into: 800 tickets in 128 MB, with --all 10,000',
    minutes: 1,
    minutesWithAll: 5,
    shares: 'emulator',
  },
  {
    name: 'alarms',
    file: 'test/e2e/alarms.long.ts',
    proves: 'five alarms of production go off when their condition is planted on a whole stack, and not before',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'cost',
    file: 'test/e2e/cost.long.ts',
    proves:
      'the bill differs by less than 5% from what a run of every use case consumes, and its measured inputs are those of the app',
    minutes: 2,
    minutesWithAll: 2,
    shares: 'proof',
  },
  {
    name: 'recipes',
    file: 'test/docs/recipes.long.ts',
    proves:
      'a copy of the repository with every recipe applied compiles, and passes lint and the tests that the recipes add',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'supply-chain',
    file: 'test/supply-chain/supply-chain.long.ts',
    proves:
      'no dependency has a known vulnerability of high severity, and the list of components names all that is deployed',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'upgrades',
    file: 'test/upgrades/embedded.long.ts',
    proves:
      'the next version is deployed under traffic and taken back: no request and no event is lost, and sagas in flight end',
    minutes: 1,
    minutesWithAll: 1,
  },
  {
    name: 'second-app',
    file: 'localstack/embedded/test/guestbook/guestbook.long.ts',
    proves: "the embedded stack runs another CDK app by the app's own command, and keeps its data when it is killed",
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'watch',
    file: 'test/commands/watch.long.ts',
    proves: 'a running stack takes over changed sources, and loses nothing by it',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'localstack',
    file: 'test/targets/localstack.long.ts',
    proves:
      'the app as it is deployed keeps its promises on LocalStack, from deploy over the way back from the next version to destroy; the longest scenario in about every fourth run, with --all in each',
    minutes: 6,
    minutesWithAll: 7,
    shares: 'emulator',
  },
  {
    name: 'ministack',
    file: 'test/targets/ministack.long.ts',
    proves:
      'the same on MiniStack, where the upgrade is shown, too; the longest scenario where LocalStack has left it out',
    minutes: 4,
    minutesWithAll: 4,
    shares: 'emulator',
  },
  {
    name: 'scanners',
    file: 'test/scanners/scanners.long.ts',
    proves:
      'cfn-lint, checkov and cdk-nag find nothing in the templates of any stage or choice but what is answered with a reason',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'queues',
    file: 'localstack/embedded/test/sqs/queues.long.ts',
    proves: 'queues answer any sequence of calls as a simple model does, and lose nothing when they are killed',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'proof',
  },
  {
    name: 'twins',
    file: 'test/gateways/twins.long.ts',
    proves:
      'the in-memory twins of tables, queues, objects and state machines answer any sequence of calls as the engines do',
    minutes: 1,
    minutesWithAll: 7,
    shares: 'proof',
  },
  {
    name: 'clients',
    file: 'localstack/embedded/test/clients/clients.long.ts',
    proves: 'boto3 and the AWS CLI find the answers of the embedded stack right, refusals included',
    minutes: 1,
    minutesWithAll: 1,
    shares: 'emulator',
  },
  {
    name: 'console',
    file: 'test/console/console.long.ts',
    proves:
      'the console works in a real browser: by keyboard, for screen readers, on a phone, with hostile texts and while the stack is down',
    minutes: 2,
    minutesWithAll: 2,
  },
  {
    name: 'played-scenarios',
    file: 'test/console/played-scenarios.long.ts',
    proves:
      'scenarios are played to their end in a real browser, with --all every one, with and without the guard, and leave nothing running',
    minutes: 3,
    minutesWithAll: 8,
  },
]
