import type { FaultBook } from '../faults/fault-book.ts'
import { FaultRule } from '../faults/rule.ts'
import type { Log } from '../ports.ts'
import { actionOf, durationMs, ruleAgainst } from './actions.ts'
import type { Template } from './fis-input.ts'
import type { Targets } from './targets.ts'

export type Status = 'pending' | 'running' | 'completed' | 'stopped' | 'failed'

export interface Step {
  state: { status: Status; reason: string }
  startMs?: number
  endMs?: number
  rules: string[]
  timer?: NodeJS.Timeout
}

export interface Experiment {
  id: string
  template: Template & { id: string }
  state: { status: Status; reason: string }
  steps: Map<string, Step>
  startMs: number
  endMs?: number
  tags: Record<string, string>
}

export interface RunnerDeps {
  book: FaultBook
  targets: Targets
  log: Log
  /** Epoch milliseconds. */
  now: () => number
}

/** Runs the actions of experiments: the rules of an action are in the book while it runs. */
export class ExperimentRunner {
  readonly #book: FaultBook
  readonly #targets: Targets
  readonly #log: Log
  readonly #now: () => number

  constructor({ book, targets, log, now }: RunnerDeps) {
    this.#book = book
    this.#targets = targets
    this.#log = log
    this.#now = now
  }

  /** Names of the functions that a target's resources stand for. */
  #resolve({ template: { targets: named } }: Experiment, target: string): string[] {
    const { resourceType, resourceArns } = named[target] ?? { resourceType: '', resourceArns: [] }
    return resourceArns.flatMap((arn) =>
      resourceType === 'aws:iam:role' ? this.#targets.functionsOfRole(arn) : (this.#targets.functionOfArn(arn) ?? []),
    )
  }

  /** Begins the actions that wait for no other, or fails when a target stands for no function. */
  begin(running: Experiment): void {
    const empty = Object.keys(running.template.targets).find((target) => this.#resolve(running, target).length === 0)
    if (empty === undefined) this.#proceed(running)
    else this.finish(running, 'failed', `Target resolution returned empty set: ${empty}`)
  }

  /** Begins each action whose predecessors have ended; without any left, the experiment has. */
  #proceed(running: Experiment): void {
    if (running.state.status !== 'running') return
    for (const [name, step] of running.steps) {
      const after = running.template.actions[name]?.startAfter ?? []
      if (step.state.status !== 'pending') continue
      if (after.every((other) => running.steps.get(other)?.state.status === 'completed'))
        this.#beginStep(running, name, step)
    }
    const isOver = [...running.steps.values()].every(({ state }) => state.status === 'completed')
    if (isOver) this.finish(running, 'completed', 'Experiment completed.')
  }

  #beginStep(running: Experiment, name: string, step: Step): void {
    const asked = running.template.actions[name]
    if (!asked) return
    const action = actionOf(asked.actionId)
    const aims = Object.values(asked.targets).flatMap((target) => this.#resolve(running, target))
    for (const aim of new Set(aims)) {
      for (const rule of action.rules(asked.parameters)) {
        const ruleName = `fis-${running.id}-${name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 30)}-${step.rules.length + 1}`
        this.#book.add(FaultRule.parse(ruleAgainst(aim, ruleName, rule)))
        step.rules.push(ruleName)
      }
    }
    step.startMs = this.#now()
    step.state = { status: 'running', reason: 'Action is running.' }
    this.#log.info(`experiment ${running.id}: ${name} (${asked.actionId}) begins`)
    step.timer = setTimeout(
      () => {
        this.#endStep(step, 'completed', 'Action was completed.')
        this.#proceed(running)
      },
      durationMs(action, asked.parameters.duration ?? ''),
    ).unref()
  }

  #endStep(step: Step, status: Status, reason: string): void {
    clearTimeout(step.timer)
    for (const rule of step.rules.splice(0)) this.#book.remove(rule)
    step.state = { status, reason }
    if (step.startMs !== undefined) step.endMs = this.#now()
  }

  /** Ends the experiment and what still runs of it. */
  finish(running: Experiment, status: Status, reason: string): void {
    for (const step of running.steps.values()) {
      if (step.state.status === 'running' || step.state.status === 'pending')
        this.#endStep(step, 'stopped', 'Action was stopped.')
    }
    running.state = { status, reason }
    running.endMs = this.#now()
    this.#log.info(`experiment ${running.id} ${status}`)
  }
}
