import { Command, InvalidArgumentError, Option } from 'commander'
import { correlationIdPattern } from '../domain/trace.ts'
import { reachTarget, TargetError } from '../proof/target.ts'
import { whereToLook, wholeIds } from '../proof/timeline/log-lines.ts'
import { formatTimeline, readTimeline } from '../proof/timeline/read-timeline.ts'
import { dataOption, positiveNumber, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'

interface Options {
  correlation: string
  hours: number
  json?: true
  target?: string
  data: string
}

const program = new Command('npm run logs --')
  .description(
    "Prints one request's way through everything, in time order: the request, its event, the outbox, subscribers, sagas with their steps and executions, mails and webhooks.",
  )
  .addOption(
    new Option(
      '--correlation <id>',
      'the X-Correlation-Id of the response; of an embedded stack its beginning is enough',
    )
      .argParser(correlationId)
      .makeOptionMandatory(),
  )
  .option('--hours <n>', 'how far back to search CloudWatch Logs', positiveNumber, 24)
  .option('--json', 'one JSON object per step')
  .addOption(targetOption())
  .addOption(dataOption())
  .action(logs)

await runProgram(program)

/** Refuses what no request can have, so that nothing else gets into a search. */
function correlationId(text: string): string {
  if (!correlationIdPattern.test(text))
    throw new InvalidArgumentError('It has 1 to 128 letters, digits, dots, hyphens and underscores.')
  return text
}

async function logs({ correlation, hours, json, target: apiUrl, data }: Options): Promise<void> {
  const target = await reachTarget({ dataDir: data, apiUrl })
  const [id = correlation, ...others] = await wholeIds(target, correlation)
  if (others.length > 0)
    throw new TargetError(
      `${others.length + 1} correlation ids begin with ${correlation}: ${[id, ...others].slice(0, 5).join(', ')}`,
    )
  const steps = await readTimeline(target, id, Date.now() - hours * 3_600_000)
  if (steps.length === 0) throw new TargetError(`nothing was logged under ${id}: ${whereToLook(target)}`)
  if (json) return console.log(steps.map((step) => JSON.stringify(step)).join('\n'))
  console.log(formatTimeline(steps))
  for (const first of new Set(steps.flatMap(({ facts }) => facts.firstCorrelationId ?? [])))
    console.log(`This was a duplicate: npm run logs -- --correlation ${first} shows what the first request led to.`)
}
