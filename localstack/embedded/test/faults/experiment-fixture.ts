import { vi } from 'vitest'
import { createFaults, type Faults } from '../../faults/faults.ts'
import { createExperiments } from '../../fis/experiments.ts'
import type { PolicyStatement } from '../../ports.ts'
import { ownEdge } from '../edge/own-edge.ts'

const closers: (() => void)[] = []

/** For `afterEach`. */
export function closeFixtures(): void {
  vi.useRealTimers()
  for (const close of closers.splice(0)) close()
}

export const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:writer'
export const roleArn = 'arn:aws:iam::000000000000:role/writer-role'
export const experimentRole = 'arn:aws:iam::000000000000:role/experiments'

interface Answer {
  status: number
  error: string | null
  body: Record<string, never> & { message?: string }
}

/** An edge with FIS whose timers the test moves, and the rules that its experiments set. */
export async function experimentFixture(roles: Record<string, PolicyStatement[]> = {}) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const log = { info: () => {}, warn: () => {} }
  const faults: Faults = createFaults({ log, functionOf: () => 'writer', crash: () => {}, killStack: () => {} })
  const experiments = createExperiments({
    book: faults.book,
    log,
    targets: {
      functionOfArn: (arn) => (arn === functionArn ? 'writer' : undefined),
      functionsOfRole: (arn) => (arn === roleArn ? ['writer'] : []),
    },
  })
  closers.push(experiments.stop, faults.stop)
  const edge = await ownEdge({ fis: experiments.service }, { roles })
  const ask = async (method: string, path: string, body?: object, key = 'developer'): Promise<Answer> => {
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const response = await fetch(`${edge.origin}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-amz-date': date,
        authorization: `AWS4-HMAC-SHA256 Credential=${key}/${date.slice(0, 8)}/us-east-1/fis/aws4_request, SignedHeaders=host, Signature=0`,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    return {
      status: response.status,
      error: response.headers.get('x-amzn-errortype'),
      body: (await response.json()) as Answer['body'],
    }
  }
  const create = async (actions: object, more: object = {}) =>
    ask('POST', '/experimentTemplates', template(actions, more))
  const start = async (experimentTemplateId: string) =>
    ask('POST', '/experiments', { clientToken: `start ${experimentTemplateId}`, experimentTemplateId })
  const begin = async (actions: object, more: object = {}) => {
    const made = (await create(actions, more)).body as unknown as { experimentTemplate: { id: string } }
    const started = (await start(made.experimentTemplate.id)).body as unknown as { experiment: { id: string } }
    return started.experiment.id
  }
  const stateOf = async (id: string) => {
    const { experiment } = (await ask('GET', `/experiments/${id}`)).body as unknown as {
      experiment: { state: object; actions: Record<string, { state: { status: string } }> }
    }
    const actions = Object.entries(experiment.actions).map(([name, { state }]) => [name, state.status])
    return { state: experiment.state, actions: Object.fromEntries(actions) as Record<string, string> }
  }
  const rules = () => faults.book.list().map(({ at, where, fault, probability }) => ({ at, where, fault, probability }))
  return { ask, create, start, begin, stateOf, rules }
}

export const targets = {
  functions: { resourceType: 'aws:lambda:function', resourceArns: [functionArn], selectionMode: 'ALL' },
  roles: { resourceType: 'aws:iam:role', resourceArns: [roleArn], selectionMode: 'ALL' },
}
export const template = (actions: object, more: object = {}) => ({
  clientToken: JSON.stringify([actions, more]),
  description: 'a test',
  stopConditions: [{ source: 'none' }],
  targets,
  actions,
  roleArn: experimentRole,
  ...more,
})
export const onFunctions = (actionId: string, parameters: object) => ({
  actionId,
  parameters: { duration: 'PT1M', ...parameters },
  targets: { Functions: 'functions' },
})
export const onRoles = (actionId: string, parameters: object = {}) => ({
  actionId,
  parameters: { duration: 'PT1M', service: 'dynamodb', operations: 'GetItem', percentage: '100', ...parameters },
  targets: { Roles: 'roles' },
})
export const wait = (more: object = {}) => ({ actionId: 'aws:fis:wait', parameters: { duration: 'PT2M' }, ...more })
