import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import * as z from 'zod'
import { runtime } from '../app/environment.ts'
import { isDelivered, repairTables, resumeDelivery } from '../app/restore/repair.ts'
import { formatRepaired, parseRepaired } from '../app/restore/repaired-file.ts'
import { openRestored, refuseOtherSet } from '../proof/drill/restored-target.ts'
import { openTarget } from '../proof/target.ts'
import { dataOption, storedTime } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { withProgress } from './terminal/progress.ts'

interface RepairOptions {
  tableSet: string
  restoredTo: string
  damagedFrom?: string
  lostFrom: string
  sent: string
  state: string
  data: string
}

interface ResumeOptions {
  state: string
  data: string
}

/** The time between two looks: the reconciler that delivers runs every five minutes. */
const pollMs = 5_000

const program = new Command('npm run restore --').description(
  'Repairs restored tables before they go into service, and resumes delivery afterwards (docs/restore.md). Both may be stopped and run again.',
)

program
  .command('repair')
  .description(
    'Makes the restored tables agree with Tickets, and keeps the record of what is lost beside the digests. Refuses points that it cannot repair.',
  )
  .requiredOption('--table-set <name>', 'the set of the tables to repair, whose name is behind theirs')
  .requiredOption('--restored-to <time>', 'to which time Tickets was restored', storedTime)
  .requiredOption('--lost-from <time>', 'when the service was taken away', storedTime)
  .option('--damaged-from <time>', 'when the damage began, where that was earlier', storedTime)
  .requiredOption('--sent <file>', 'JSON: the ids of mails and webhook messages that are known to have been sent')
  .requiredOption('--state <file>', 'gets what the resumption needs')
  .addOption(dataOption())
  .action(repair)

program
  .command('resume')
  .description(
    'Notes what has to be delivered, waits until every subscriber has handled it, and ends the restore in the ledger of runs.',
  )
  .requiredOption('--state <file>', 'what the repair has written')
  .addOption(dataOption())
  .action(resume)

await runProgram(program)

async function repair({ tableSet, restoredTo, damagedFrom, lostFrom, sent, state, data }: RepairOptions) {
  const sentIds = z.array(z.string()).parse(JSON.parse(readFileSync(sent, 'utf8')))
  await withProgress(async (progress) => {
    progress.step('Repairing the restored tables')
    const point = { restoredTo, ...(damagedFrom !== undefined && { damagedFrom }), lostFrom, sentIds }
    const repaired = await repairTables(openRestored(openTarget({ dataDir: data }), tableSet), point)
    writeFileSync(state, formatRepaired({ ...repaired, tableSet }))
    progress.done()
    const { record, rowsWritten, objects } = repaired
    console.log(
      `${rowsWritten} rows were repaired; ${record.events.length} events are lost, ${record.effects.length} messages were sent about them; ${objects.restored} files have their old object again, and ${objects.missing.length} lack it`,
    )
    for (const key of objects.missing) console.log(`no version of ${key} is the file of its ticket`)
  })
}

async function resume({ state, data }: ResumeOptions) {
  const repaired = parseRepaired(readFileSync(state, 'utf8'))
  const target = openTarget({ dataDir: data })
  if (repaired.tableSet !== undefined) refuseOtherSet(target, repaired.tableSet)
  const { store } = target
  await withProgress(async (progress) => {
    progress.step('Noting what has to be delivered')
    const run = await resumeDelivery({ store, runtime }, repaired)
    progress.step('Waiting until every subscriber has handled it')
    while (!(await isDelivered(store, repaired))) await sleep(pollMs)
    await run.end()
    progress.done()
    console.log(`${repaired.undelivered.length} events were delivered again: the restore has ended`)
  })
}
