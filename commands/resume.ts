import { Command, Option } from 'commander'
import { runtime } from '../app/environment.ts'
import { reachTarget } from '../proof/target.ts'
import { cachedTokens } from './load/cached-tokens.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { dataOption, storedTime, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { countParked, type Filters, resumeSagas } from './resume/resume-sagas.ts'
import { sagaApi } from './resume/saga-api.ts'
import { withProgress } from './terminal/progress.ts'

interface Options extends Filters {
  tenant: string
  user: string
  token?: string
  dryRun?: true
  json?: true
  target?: string
  data: string
}

const program = new Command('npm run resume --')
  .description(
    'Has the parked sagas of a tenant resumed that pass all filters, ten a second and each once, and watches. The system does it, so it goes on when this command is stopped or killed.',
  )
  .requiredOption('--tenant <id>', 'the tenant, such as acme')
  .option('--name <saga>', 'only these sagas, such as notification')
  .option('--step <step>', 'only those whose last attempt was of this step')
  .option('--error <name>', 'only those whose last attempt failed with this error')
  .option('--since <time>', 'only those that started at this time or later', storedTime)
  .option('--dry-run', 'only count them, by saga, step and error')
  .option('--json', 'as one JSON object')
  .option(
    '--user <id>',
    'the admin who resumes, where the token is signed with the keys of the data folder',
    'operator',
  )
  .addOption(
    new Option('--token <token>', "an admin's bearer token, for a target whose keys are elsewhere").env(
      'STEADFAST_TOKEN',
    ),
  )
  .addOption(targetOption())
  .addOption(dataOption())
  .action(resume)

await runProgram(program)

async function resume({ data, target: apiUrl, tenant, user, token: given, json, ...options }: Options): Promise<void> {
  const target = await reachTarget({ dataDir: data, apiUrl })
  const token = given ?? (await cachedTokens(target.dataDir)({ tenant, user, role: 'admin' }))
  const api = sagaApi(target.apiUrl, token)
  const { name, step, error, since, dryRun } = options
  const filters = { name, step, error, since }
  if (dryRun) {
    const groups = await countParked(api, filters)
    if (json) return console.log(JSON.stringify({ parked: Object.fromEntries(groups) }))
    for (const [group, count] of groups) console.log(`${count} parked: ${group}`)
    if (groups.size === 0) console.log('no saga is parked that passes these filters')
    return
  }
  await withProgress(async (progress) => {
    const result = await resumeSagas(
      {
        api,
        runtime,
        signal: abortOnSignal(),
        onProgress: ({ resumed }) => progress.show({ step: 'Resuming', detail: `Resuming: ${resumed} resumed` }),
      },
      filters,
    )
    progress.done()
    const { id, state, resumed, refused, failed } = result
    console.log(json ? JSON.stringify(result) : `${resumed} resumed, ${refused} had moved on, ${failed} failed`)
    if (state === 'running') throw new Error(`it goes on: GET /sagas/resumptions/${id} tells how far it is`)
    if (failed > 0) throw new Error(`${failed} sagas can't be read: the log of wake-saga names them`)
  })
}
