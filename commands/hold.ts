import { userInfo } from 'node:os'
import { Argument, Command } from 'commander'
import { runtime } from '../app/environment.ts'
import { HoldRefusedError, holdEverything, holdOnEverything, releaseEverything } from '../app/hold-everything.ts'
import { releasesPerSecondMax } from '../app/release-sagas.ts'
import type { StackHold } from '../domain/hold.ts'
import { reconcileMinutes } from '../infra/limits.ts'
import { openTarget } from '../proof/target.ts'
import { dataOption, reasonText, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'

interface Options {
  reason?: string
  by: string
  target?: string
  data: string
}

const actions = ['everything', 'release', 'status'] as const

const program = new Command('npm run hold --')
  .description(
    'Holds everything that sagas call outside, of all tenants: mails, webhooks and scans wait until it is released. For an incident, and for a restore: start the stack, look at it, release. What a tenant holds by the API is another hold: a saga goes on when both are released. Safe to repeat.',
  )
  .addArgument(
    new Argument('<action>', 'everything: hold it; release: end the hold; status: say which').choices(actions),
  )
  .option('--reason <text>', 'with everything: why. Admins of all tenants can read it', reasonText)
  .option('--by <name>', 'who runs the command, for the ledger', userInfo().username)
  .addOption(targetOption())
  .addOption(dataOption())
  .action(run)

await runProgram(program)

async function run(action: (typeof actions)[number], { reason, by: operator, target, data }: Options): Promise<void> {
  const { store } = openTarget({ dataDir: data, apiUrl: target })
  const deps = { store, runtime }
  if (action === 'status') return say(await holdOnEverything(deps))
  if (action === 'release') {
    const released = await releaseEverything(deps, { operator })
    return console.log(
      `everything is released: it was held since ${formatHold(released)}. Who waited goes on at ${releasesPerSecondMax} per second at most, beginning within ${reconcileMinutes} minutes; what a tenant holds stays held`,
    )
  }
  if (reason === undefined) throw new HoldRefusedError('"everything" needs a reason: --reason "…"')
  const { hold, isNew } = await holdEverything(deps, { operator, reason })
  if (!isNew) return console.log(`everything is held already, since ${formatHold(hold)}: this command changed nothing`)
  say(hold)
}

function say(hold: StackHold | undefined): void {
  console.log(
    hold
      ? `everything is held since ${formatHold(hold)}. A call that had begun before is not stopped`
      : 'nothing is held above the tenants',
  )
}

function formatHold({ since, by, reason }: StackHold): string {
  return `${since} by ${by} (${reason})`
}
