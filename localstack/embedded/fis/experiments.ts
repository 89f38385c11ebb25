import { randomUUID } from 'node:crypto'
import { AwsError } from '../aws-error.ts'
import type { FaultBook } from '../faults/fault-book.ts'
import { accountId, type JsonService, type Log } from '../ports.ts'
import { type Experiment, ExperimentRunner, type Step } from './experiment-runner.ts'
import { pageOf, readStart, readTemplate, type Template } from './fis-input.ts'
import type { Targets } from './targets.ts'

export interface Experiments {
  service: JsonService
  /** Ends all experiments, and with them their rules. */
  stop(): void
}

/**
 * Experiments of the Fault Injection Service as fault rules: while an action runs, its rules are in the book, and when its duration is over
 * or the experiment is stopped they go. Kept in memory, as rules are. Source: FIS API reference.
 */
export function createExperiments(deps: {
  book: FaultBook
  targets: Targets
  log: Log
  now?: () => number
}): Experiments {
  const { now = Date.now } = deps
  const runner = new ExperimentRunner({ ...deps, now })
  const templates = new Map<string, Template & { id: string; createdMs: number }>()
  const experiments = new Map<string, Experiment>()
  /** What was made for a client token: sent again, the same answer. */
  const made = new Map<string, { asked: string; id: string }>()

  function once(kind: string, token: string, asked: unknown, make: () => string): string {
    const text = JSON.stringify(asked)
    const before = made.get(`${kind} ${token}`)
    if (before && before.asked !== text)
      throw new AwsError('ConflictException', 'The client token was used with other parameters.', 409)
    const id = before?.id ?? make()
    made.set(`${kind} ${token}`, { asked: text, id })
    return id
  }

  function template(id: unknown) {
    return templates.get(String(id)) ?? missing('Experiment template', id)
  }

  function experiment(id: unknown) {
    return experiments.get(String(id)) ?? missing('Experiment', id)
  }

  const operations: Record<string, (input: Record<string, unknown>) => unknown> = {
    CreateExperimentTemplate(input) {
      const { clientToken, ...asked } = readTemplate(input)
      const id = once('template', clientToken, asked, () => {
        const made = { ...asked, clientToken, id: newId('EXT'), createdMs: now() }
        templates.set(made.id, made)
        return made.id
      })
      return { experimentTemplate: shownTemplate(template(id)) }
    },
    GetExperimentTemplate: ({ id }) => ({ experimentTemplate: shownTemplate(template(id)) }),
    ListExperimentTemplates(input) {
      const { items, ...rest } = pageOf([...templates.values()], input)
      return { experimentTemplates: items.map(templateSummary), ...rest }
    },
    DeleteExperimentTemplate({ id }) {
      const found = template(id)
      templates.delete(found.id)
      return { experimentTemplate: shownTemplate(found) }
    },
    StartExperiment(input) {
      const { clientToken, experimentTemplateId, tags } = readStart(input)
      const found = template(experimentTemplateId)
      const id = once('experiment', clientToken, { experimentTemplateId, tags }, () => {
        const steps = Object.keys(found.actions).map((name): [string, Step] => [
          name,
          { state: { status: 'pending', reason: 'Action is pending.' }, rules: [] },
        ])
        const state = { status: 'running', reason: 'Experiment is running.' } as const
        const started = { id: newId('EXP'), template: found, state, steps: new Map(steps), startMs: now(), tags }
        experiments.set(started.id, started)
        runner.begin(started)
        return started.id
      })
      return { experiment: shown(experiment(id)) }
    },
    GetExperiment: ({ id }) => ({ experiment: shown(experiment(id)) }),
    ListExperiments(input) {
      const { experimentTemplateId: wanted } = input
      const found = [...experiments.values()].filter(({ template }) => wanted === undefined || template.id === wanted)
      const { items, ...rest } = pageOf(found, input)
      return { experiments: items.map(summary), ...rest }
    },
    StopExperiment({ id }) {
      const found = experiment(id)
      if (found.state.status === 'running') runner.finish(found, 'stopped', 'Experiment was stopped.')
      return { experiment: shown(found) }
    },
  }

  return {
    service: {
      async handle(operation, input) {
        const carryOut = operations[operation]
        if (!carryOut)
          throw new AwsError('NotImplemented', `The embedded stack does not support fis:${operation}.`, 501)
        return carryOut(input)
      },
    },
    stop() {
      for (const running of experiments.values())
        if (running.state.status === 'running') runner.finish(running, 'stopped', 'The embedded stack was stopped.')
    },
  }
}

function missing(what: string, id: unknown): never {
  throw new AwsError('ResourceNotFoundException', `${what} not found: ${String(id)}`, 404)
}

function newId(prefix: 'EXT' | 'EXP'): string {
  return `${prefix}${randomUUID().replaceAll('-', '').slice(0, 15)}`
}

const arn = (type: string, id: string) => `arn:aws:fis:us-east-1:${accountId}:${type}/${id}`
const seconds = (ms: number) => ms / 1000
const options = { accountTargeting: 'single-account', emptyTargetResolutionMode: 'fail' }

function shownTemplate({ createdMs, clientToken: _, ...template }: Template & { id: string; createdMs: number }) {
  const created = { creationTime: seconds(createdMs), lastUpdateTime: seconds(createdMs) }
  return { ...template, ...created, arn: arn('experiment-template', template.id), experimentOptions: options }
}

function templateSummary({ id, createdMs, description, tags }: Template & { id: string; createdMs: number }) {
  const created = { creationTime: seconds(createdMs), lastUpdateTime: seconds(createdMs) }
  return { id, arn: arn('experiment-template', id), description, tags, ...created }
}

function shown(experiment: Experiment) {
  const { template, steps, startMs, endMs } = experiment
  const actions = [...steps].map(([name, { state, startMs: from, endMs: to }]) => [
    name,
    {
      ...template.actions[name],
      state,
      ...(from !== undefined && { startTime: seconds(from) }),
      ...(to !== undefined && { endTime: seconds(to) }),
    },
  ])
  return {
    ...summary(experiment),
    roleArn: template.roleArn,
    targets: template.targets,
    actions: Object.fromEntries(actions),
    stopConditions: template.stopConditions,
    startTime: seconds(startMs),
    ...(endMs !== undefined && { endTime: seconds(endMs) }),
  }
}

function summary({ id, template, state, startMs, tags }: Experiment) {
  return {
    id,
    arn: arn('experiment', id),
    experimentTemplateId: template.id,
    state,
    tags,
    creationTime: seconds(startMs),
    experimentOptions: { ...options, actionsMode: 'run-all' },
  }
}
