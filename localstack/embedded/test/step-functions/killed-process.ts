/**
 * A process that runs Step Functions and kills itself, with SIGKILL, when it reads the clock for the nth time: the
 * engine does that inside its transactions and between them. What its functions do is written to a file, a line per
 * call, so that the test sees every call that any of these processes made.
 *
 * Arguments: folder, n (0: never). Ends by itself when every execution has ended, leaving `outcome.json`.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createStepFunctions } from '../../step-functions/step-functions.ts'

const [folder = '', dieAt = '0'] = process.argv.slice(2)
const callsFile = join(folder, 'calls.ndjson')
const executionCount = 3
const secondsPerSecond = 50

let readings = 0
const now = () => {
  if (++readings === Number(dieAt)) process.kill(process.pid, 'SIGKILL')
  return Date.now() * secondsPerSecond
}

const task = (name: string, fields: object) => ({
  Type: 'Task',
  Resource: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  ...fields,
})
const definition = {
  StartAt: 'First',
  States: {
    First: task('first', { ResultPath: null, Next: 'Rest' }),
    Rest: { Type: 'Wait', Seconds: 1, Next: 'Flaky' },
    Flaky: task('flaky', {
      Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1 }],
      Catch: [{ ErrorEquals: ['Busy'], ResultPath: null, Next: 'Ask' }],
      End: true,
    }),
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'ask', Payload: { 'id.$': '$.id', 'token.$': '$$.Task.Token' } },
      ResultPath: '$.answer',
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Left', States: { Left: task('left', { OutputPath: '$.name', End: true }) } },
        {
          StartAt: 'Each',
          States: {
            Each: {
              Type: 'Map',
              ItemsPath: '$.items',
              ItemSelector: { 'id.$': '$.id', 'item.$': '$$.Map.Item.Value' },
              MaxConcurrency: 1,
              ItemProcessor: { StartAt: 'Item', States: { Item: task('item', { OutputPath: '$.name', End: true }) } },
              End: true,
            },
          },
        },
      ],
      ResultPath: '$.both',
      Next: 'Last',
    },
    Last: task('last', { ResultPath: null, End: true }),
  },
}

const service = createStepFunctions({
  databasePath: join(folder, 'journal.sqlite'),
  now,
  random: () => 0.5,
  log: { info: () => {}, warn: (message) => console.error(message) },
  invoke: async (ref, payload) => {
    const name = ref.split(':').at(-1) ?? ''
    const { id, item, token } = payload as { id: string; item?: number; token?: string }
    appendFileSync(callsFile, `${JSON.stringify({ id, name: item === undefined ? name : `${name}-${item}`, token })}\n`)
    await new Promise((resolve) => setImmediate(resolve))
    if (name === 'flaky') return { status: 'failed', errorType: 'Busy', errorMessage: 'busy' }
    return { status: 'succeeded', payload: { name: item === undefined ? name : `${name}-${item}` } }
  },
})
const call = (operation: string, input: Record<string, unknown>) =>
  service.handle(operation, input, { kind: 'developer' }) as Promise<Record<string, string>>

/** Whoever was asked answers, and answers again after a restart: it can't know whether its first answer arrived. */
async function answer(): Promise<void> {
  const lines = existsSync(callsFile) ? readFileSync(callsFile, 'utf8').split('\n').filter(Boolean) : []
  for (const line of lines) {
    const { id, token } = JSON.parse(line) as { id: string; token?: string }
    if (token === undefined) continue
    await call('SendTaskSuccess', { taskToken: token, output: JSON.stringify(`for ${id}`) }).catch((error: Error) => {
      if (error.name !== 'TaskTimedOut') throw error
    })
  }
}

service.start()
const { stateMachineArn = '' } = await call('CreateStateMachine', {
  name: 'saga',
  roleArn: 'arn:aws:iam::000000000000:role/states',
  definition: JSON.stringify(definition),
})
const names = Array.from({ length: executionCount }, (_, index) => `saga-${index}`)
const arns = await Promise.all(
  names.map(async (name) => {
    const input = JSON.stringify({ id: name, items: [1, 2] })
    const started = await call('StartExecution', { stateMachineArn, name, input }).catch((error: Error) => {
      if (error.name !== 'ExecutionAlreadyExists') throw error
      return { executionArn: stateMachineArn.replace(':stateMachine:', ':execution:').concat(`:${name}`) }
    })
    return started.executionArn ?? ''
  }),
)

let beats = 0
const beat = setInterval(async () => {
  service.wake()
  // Seldom, so that the processes are killed while they wait as well.
  if (++beats % 10 === 0) await answer()
  const outcomes = await Promise.all(arns.map((executionArn) => call('DescribeExecution', { executionArn })))
  if (outcomes.some(({ status }) => status === 'RUNNING')) return
  clearInterval(beat)
  const histories = await Promise.all(
    arns.map((executionArn) => call('GetExecutionHistory', { executionArn, maxResults: 1000 })),
  )
  writeFileSync(join(folder, 'outcome.json'), JSON.stringify({ outcomes, histories, readings }))
  await service.stop()
}, 5)
