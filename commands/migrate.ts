import { userInfo } from 'node:os'
import { Argument, Command, Option } from 'commander'
import { runtime } from '../app/environment.ts'
import { MigrationRefusedError, stateOf } from '../app/migrate/change-stage.ts'
import type { Migration } from '../app/migrate/migration.ts'
import { migrations } from '../app/migrate/migrations.ts'
import { move, setHalted, survey } from '../app/migrate/move.ts'
import { gateRefusal, readStages } from '../app/migrate/stage-reader.ts'
import { neighbour, type Stage, stages } from '../domain/migration.ts'
import { rehearse } from '../proof/migration/rehearse.ts'
import { reachTarget } from '../proof/target.ts'
import { Throttle } from '../proof/throttle.ts'
import { startRehearsalStack } from './migrate/rehearsal-stack.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { errorPrinter } from './program/error-printer.ts'
import { dataOption, positiveNumber, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { withProgress } from './terminal/progress.ts'

const actions = ['list', 'status', 'next', 'back', 'halt', 'resume', 'rehearse'] as const
type ActionName = (typeof actions)[number]

interface Options {
  from?: Stage
  dryRun?: true
  why?: string
  by: string
  rate: number
  chunk: number
  target?: string
  data: string
}

const names = migrations.map(({ name }) => name)

const program = new Command('npm run migrate --')
  .description(
    'Moves a migration of stored rows on by one stage, or back, beside traffic: expand, deploy, backfill, validate, switch-reads, stop-old-writes, contract. Each stage has a gate, and a move that it refuses says why. Stopped or killed, the same command goes on; with --from, it moves no further than meant. "rehearse" goes through all of it and back on a stack of its own, under traffic.',
  )
  .addArgument(
    new Argument('<action>', 'what to do; the name of a migration alone is "next"').choices([...actions, ...names]),
  )
  .addArgument(new Argument('[name]', 'the migration').choices(names))
  .addOption(
    new Option(
      '--from <stage>',
      'with next or back: the stage to leave, so that a repeated command moves once',
    ).choices(stages),
  )
  .option('--dry-run', 'with next or back: only ask the gate, and say what would be done')
  .option('--why <text>', 'with halt: the reason, which others are told')
  .option('--by <name>', 'who runs the command, for the ledger', userInfo().username)
  .option('--rate <n>', 'at most this many capacity units per second', positiveNumber, 500)
  .option('--chunk <n>', 'rows between two stored positions of a backfill', positiveNumber, 64)
  .addOption(targetOption())
  .addOption(dataOption())
  .action(run)

const workNames = { fill: 'Filling in the new form', restore: 'Restoring the old form', drop: 'Removing the old form' }

await runProgram(program)

async function run(given: string, named: string | undefined, options: Options): Promise<void> {
  const isName = names.includes(given)
  const action = isName ? 'next' : (given as ActionName)
  const name = isName ? given : named
  if (options.from && action !== 'next' && action !== 'back')
    throw new MigrationRefusedError(`"${action}" leaves no stage: --from is for next and back`)
  if (action === 'rehearse') return rehearsal()
  const throttle = new Throttle(runtime, options.rate)
  const { store } = await reachTarget({ dataDir: options.data, apiUrl: options.target, onConsumed: throttle.add })
  const deps = { store, runtime, observer: errorPrinter }
  if (action === 'list') return list(deps)
  const migration = migrations.find((known) => known.name === name)
  if (!migration) throw new MigrationRefusedError(`"${action}" needs the name of a migration: "list" names them`)
  const command = { migration: migration.name, operator: options.by }
  switch (action) {
    case 'halt':
    case 'resume':
      await setHalted(deps, { ...command, action, why: options.why })
      return status(deps, migration, { throttle })
    case 'status':
      return status(deps, migration, { throttle })
    case 'next':
    case 'back':
      if (options.dryRun) return plan(deps, migration, action, { throttle })
      return withProgress(async (progress) => {
        progress.step('Asking the gate')
        const moved = await move(
          deps,
          migration,
          { ...command, action, from: options.from },
          {
            throttle,
            signal: abortOnSignal(),
            chunkSize: options.chunk,
            onWork: ({ work, pass, rows }) => {
              const step = `${workNames[work]}, pass ${pass}`
              progress.show({ step, detail: `${step}: ${rows.toLocaleString('en')} rows` })
            },
            onWaiting: (untilMs) =>
              progress.step(
                `Waiting until every function knows the stage (${Math.ceil((untilMs - runtime.now()) / 1000)} s)`,
              ),
            onNoNewRow: (untilMs) =>
              progress.step(
                `Waiting for a new row, to see who writes (${Math.ceil((untilMs - runtime.now()) / 1000)} s at most)`,
              ),
          },
        )
        progress.done()
        const { from, to } = moved
        const goOn = `npm run migrate -- ${action} ${migration.name} --from ${to}`
        if (moved.already)
          return console.log(
            `${migration.name} is at "${to}": an earlier run has left "${from}", and this one changes nothing. The next one: ${goOn}`,
          )
        const looked = moved.rows > 0 ? `, ${moved.rows.toLocaleString('en')} rows looked at` : ''
        const asked = `gate clean: ${moved.gate.checked.toLocaleString('en')} rows asked${looked}`
        console.log(
          from === to
            ? `${migration.name} is finished at "${to}" (${asked})`
            : `${migration.name}: ${from} → ${to} (${asked})`,
        )
        if (moved.gate.newRows === 0)
          console.log(
            'no row is new, so nothing shows whether a version from before the migration still runs: make sure that none does',
          )
        if (from !== to && neighbour(to, action)) console.log(`the next one, when it is time: ${goOn}`)
      })
    default:
      return action satisfies never
  }
}

/** Goes through all stages and back on a stack of its own. */
function rehearsal(): Promise<void> {
  return withProgress(async (progress) => {
    const stack = await startRehearsalStack(progress.step)
    const { ok, lines } = await rehearse(stack).finally(stack.stop)
    progress.done()
    console.log(lines.join('\n'))
    if (!ok) throw new Error('the rehearsal is broken: the lines above say where')
  })
}

type Deps = Parameters<typeof survey>[0]

async function list({ store }: Deps): Promise<void> {
  const stored = await readStages(store)
  for (const { name, description } of migrations) {
    const { stage, moved, halted } = stateOf(stored, name)
    const since = stored?.migrations[name] ? `, since ${moved.at} by ${moved.by}` : ', not begun'
    console.log(
      `${name}: ${description}\n  at "${stage}"${since}${halted ? `, halted by ${halted.by}: ${halted.why}` : ''}`,
    )
  }
  const refusal = gateRefusal(stored, migrations)
  if (refusal) throw new MigrationRefusedError(refusal)
}

/** Where it stands, and what the gate of its next stage says. */
async function status(deps: Deps, migration: Migration, options: { throttle: Throttle }): Promise<void> {
  await list(deps)
  await plan(deps, migration, 'next', options)
}

async function plan(
  deps: Deps,
  migration: Migration,
  action: 'next' | 'back',
  { throttle }: { throttle: Throttle },
): Promise<void> {
  const { state, to, work, checked, unclean, newRows, examples } = await survey(deps, migration, action, { throttle })
  const leftMs = Date.parse(state.settledAt) - runtime.now()
  const facts = [
    work && workNames[work].toLowerCase(),
    leftMs > 0 && `a wait of up to ${Math.ceil(leftMs / 1000)} s`,
    checked > 0 && `its gate finds ${unclean} of ${checked.toLocaleString('en')} rows not clean`,
    newRows === 0 && 'none of them is new, so it shows nothing yet',
    ...examples.map((example) => `${example}`),
  ].filter(Boolean)
  const beyond = action === 'next' ? 'to its end' : 'nowhere: this is the first stage'
  console.log(`"${action}" leads ${to ? `to "${to}"` : beyond}${facts.length > 0 ? `: ${facts.join('; ')}` : ''}`)
}
