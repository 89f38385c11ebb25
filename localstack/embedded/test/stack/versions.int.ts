// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { type EmbeddedStack, startEmbeddedStack } from '../../stack.ts'
import type { TemplateResource } from '../../template/assembly.ts'
import { writeMiniApp } from './mini-app.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const developer = { kind: 'developer' } as const

/** A machine that ends in `{definition: mark}`; one that `parks` waits for its task token before it works. */
function machine(mark: string, { parks, id }: { parks: boolean; id: string }): TemplateResource {
  const Payload = { 'id.$': "States.Format('parked-{}', $.id)", 'token.$': '$$.Task.Token' }
  const states = {
    Park: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: `\${WorkVersion${id}}`, Payload },
      ResultPath: null,
      Next: 'Work',
    },
    Work: { Type: 'Task', Resource: `\${WorkVersion${id}}`, Next: 'End' },
    End: { Type: 'Pass', Result: { definition: mark }, End: true },
  }
  const { Park, ...others } = states
  const definition = parks ? { StartAt: 'Park', States: states } : { StartAt: 'Work', States: others }
  return {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
      DefinitionString: { 'Fn::Sub': JSON.stringify(definition) },
    },
  }
}

/** Asks until there is an answer; the test's own time limit is the bound. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await delay(50)
  }
}

const ask = (stack: EmbeddedStack, operation: string, input: object) =>
  stack.stepFunctions.handle(operation, input as Record<string, unknown>, developer) as Promise<Record<string, unknown>>

const executionArn = ({ model }: EmbeddedStack, name: string) =>
  `${String(model.stateMachines[0]?.arn).replace(':stateMachine:', ':execution:')}:${name}`

const outputOf = (stack: EmbeddedStack, name: string) =>
  until(async () => {
    const { status, output } = await ask(stack, 'DescribeExecution', { executionArn: executionArn(stack, name) })
    return status === 'SUCCEEDED' ? JSON.parse(String(output)) : undefined
  })

const workerOf = ({ apiUrl }: EmbeddedStack, id: string) =>
  until(async () => ((await (await fetch(`${apiUrl}/items/${id}`)).json()) as { by?: string }).by)

it('takes over changed code while it runs, and lets a waiting saga end with the code that it started with', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-update-'))
  const assemblies = (['first', 'second'] as const).map((mark) =>
    writeMiniApp({ Machine: machine(mark, { parks: mark === 'first', id: 'One' }) }, { mark, version: 'One' }),
  )
  for (const dir of [dataDir, ...assemblies]) closers.push(() => rmSync(dir, { recursive: true, force: true }))
  const [first = '', second = ''] = assemblies
  const stack = await startEmbeddedStack({ assemblyDir: first, dataDir, port: 0, log: { info() {}, warn() {} } })
  closers.push(stack.stop)
  await fetch(`${stack.apiUrl}/items/old`, { method: 'POST' })
  expect(await workerOf(stack, 'parked-old')).toBe('first')
  const history = await ask(stack, 'GetExecutionHistory', { executionArn: executionArn(stack, 'old') })
  const taskToken = /"token\\*":\s*\\*"([^"\\]+)/.exec(JSON.stringify(history))?.[1]

  await stack.updateCode(second)
  await fetch(`${stack.apiUrl}/items/new`, { method: 'POST' })
  expect(await workerOf(stack, 'new')).toBe('second')
  await ask(stack, 'SendTaskSuccess', { taskToken, output: '{}' })
  expect(await outputOf(stack, 'old')).toEqual({ definition: 'first' })
  expect(await workerOf(stack, 'old')).toBe('first')
})

it.each([
  ['a synth anew', { first: 'first', second: 'second' }],
  // As when only the bundle was built: the assembly is the one that was there.
  ['a bundle that changed under the same logical id', { first: 'One', second: 'One' }],
])(
  'lets a waiting saga end with the definition and code it started with, whatever is deployed meanwhile: %s',
  async (_, ids) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'embedded-aws-versions-'))
    closers.push(() => rmSync(dataDir, { recursive: true, force: true }))
    const start = async (mark: keyof typeof ids, { parks }: { parks: boolean }) => {
      const assemblyDir = writeMiniApp(
        { Machine: machine(mark, { parks, id: ids[mark] }) },
        { mark, version: ids[mark] },
      )
      closers.push(() => rmSync(assemblyDir, { recursive: true }))
      const log = { info: () => {}, warn: () => {} }
      const stack = await startEmbeddedStack({ assemblyDir, dataDir, port: 0, log })
      closers.push(stack.stop)
      return stack
    }

    const before = await start('first', { parks: true })
    await fetch(`${before.apiUrl}/items/old`, { method: 'POST' })
    expect(await workerOf(before, 'parked-old')).toBe('first')
    const history = await ask(before, 'GetExecutionHistory', { executionArn: executionArn(before, 'old') })
    const taskToken = /"token\\*":\s*\\*"([^"\\]+)/.exec(JSON.stringify(history))?.[1]
    expect(taskToken).toBeTruthy()
    await before.stop()

    const after = await start('second', { parks: false })
    await fetch(`${after.apiUrl}/items/new`, { method: 'POST' })
    expect(await workerOf(after, 'new')).toBe('second')
    expect(await outputOf(after, 'new')).toEqual({ definition: 'second' })
    await ask(after, 'SendTaskSuccess', { taskToken, output: '{}' })
    expect(await outputOf(after, 'old')).toEqual({ definition: 'first' })
    expect(await workerOf(after, 'old')).toBe('first')
  },
)
