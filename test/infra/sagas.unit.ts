import { describe, expect, it } from 'vitest'
import { stages } from '../../infra/stages.ts'
import {
  functionOf,
  type Resource,
  readable,
  referencedIds,
  resourcesIn,
  resourcesOf,
  shortId,
  shortName,
  single,
  stageNames,
  synthesize,
  variablesOf,
} from './synthesized.ts'

interface State {
  Resource?: string
  TimeoutSeconds?: number
}

/** The states of a machine, with `arn` in the place of each function's ARN. */
function statesOf({ Properties }: Resource): State[] {
  const { 'Fn::Join': join } = Properties.DefinitionString as { 'Fn::Join': [string, unknown[]] }
  const text = join[1].map((part) => (typeof part === 'string' ? part : 'arn')).join('')
  return Object.values(JSON.parse(text).States)
}

describe.each(stageNames)('the sagas of %s', (stage) => {
  const machines = resourcesOf(stage, 'AWS::StepFunctions::StateMachine')
  const versions = resourcesOf(stage, 'AWS::Lambda::Version')

  it('are a standard state machine each', () => {
    expect(machines.map(({ id, Properties }) => `${id} ${Properties.StateMachineType}`).sort()).toEqual([
      'Attachment STANDARD',
      'Notification STANDARD',
      'Removal STANDARD',
      'Webhook STANDARD',
    ])
  })

  it('call a published version of their function, so that a deployment changes no step of a running saga', () => {
    for (const machine of machines) {
      const called = new Set(referencedIds(machine.Properties.DefinitionString))
      expect(called.size, machine.id).toBe(1)
      for (const id of called)
        expect(
          versions.filter((version) => version.id === id).map(({ Properties }) => readable(Properties.FunctionName)),
        ).toEqual([`Run${machine.id}Step`])
    }
  })

  it('keep every version that was ever called: retained when a newer one is deployed, unless that deployment is rolled back', () => {
    expect(versions).toHaveLength(machines.length)
    const kept = stage === 'local' ? 'Retain' : 'RetainExceptOnCreate'
    expect(new Set(versions.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set([kept]))
  })

  it('decide themselves that a task took too long: the timeout of their function is longer, so its error never comes first', () => {
    for (const machine of machines) {
      const tasks = statesOf(machine).filter(({ Resource = '' }) => !Resource.endsWith('.waitForTaskToken'))
      const limits = tasks.flatMap(({ TimeoutSeconds }) => TimeoutSeconds ?? [])
      const fn = functionOf(stage, `run-${machine.id.toLowerCase()}-step`)
      expect(limits.length, machine.id).toBeGreaterThan(0)
      expect(Math.max(...limits), machine.id).toBeLessThan(Number(fn.Properties.Timeout))
    }
  })

  it('log every transition to a group of their own, and no input or result, which could name people', () => {
    for (const { id, Properties } of machines) {
      const { Destinations, ...logging } = Properties.LoggingConfiguration as {
        Destinations: { CloudWatchLogsLogGroup: { LogGroupArn: unknown } }[]
      }
      expect(logging, id).toEqual({ Level: 'ALL', IncludeExecutionData: false })
      expect(Destinations.map(({ CloudWatchLogsLogGroup }) => readable(CloudWatchLogsLogGroup.LogGroupArn))).toEqual([
        `${id}Log`,
      ])
    }
  })

  it('run with their role, which is there before they are', () => {
    for (const { id, Properties, DependsOn = [] } of machines) {
      expect(readable(Properties.RoleArn)).toBe(`${id}Role`)
      expect(DependsOn.map(shortId)).toContain(`${id}Role`)
    }
  })
})

describe('the time that a user has to upload a file', () => {
  const dev = (context: Record<string, unknown>) => synthesize(stages.dev, context)

  it('is 15 minutes and half an hour for the scan, or what CDK context says', () => {
    const timesOf = (context: Record<string, unknown>) => {
      const templates = dev(context)
      const machine = resourcesIn(templates, 'AWS::StepFunctions::StateMachine').find(({ id }) => id === 'Attachment')
      const step = single(
        resourcesIn(templates, 'AWS::Lambda::Function').filter((fn) => shortName(fn) === 'run-attachment-step'),
      )
      const waits = statesOf(machine as Resource).filter(({ Resource = '' }) => Resource.endsWith('.waitForTaskToken'))
      return [variablesOf(step).UPLOAD_SECONDS, ...waits.flatMap(({ TimeoutSeconds }) => TimeoutSeconds ?? [])]
    }
    // The saga waits a minute longer than the slot is open, as S3 checks the time when an upload begins.
    expect(timesOf({})).toEqual(['900', 960, 1800])
    expect(timesOf({ uploadSeconds: 60, scanSeconds: '30' })).toEqual(['60', 120, 30])
  })

  it.each([0, 1.5, 3601, 'soon'])('is never %s: whole seconds, at most an hour', (uploadSeconds) => {
    expect(() => dev({ uploadSeconds })).toThrow('uploadSeconds must be a whole number from 1 to 3600')
  })
})
