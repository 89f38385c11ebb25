import { describe, expect, it } from 'vitest'
import { stages } from '../../infra/stages.ts'
import { grantsOf } from './grants.ts'
import { resourcesOf, shortName, single, stageNames } from './synthesized.ts'

describe.each(stageNames)('the traces of %s', (stage) => {
  const { isTraced } = stages[stage]

  it('are on for every stage on AWS, and off on local: emulators keep none', () => {
    expect(isTraced).toBe(stage !== 'local')
  })

  it('follow a request from the gateway through every function and every saga', () => {
    expect(single(resourcesOf(stage, 'AWS::ApiGateway::Stage')).Properties.TracingEnabled).toBe(isTraced || undefined)
    for (const { id, Properties } of resourcesOf(stage, 'AWS::Lambda::Function'))
      expect(Properties.TracingConfig, id).toEqual(isTraced ? { Mode: 'Active' } : undefined)
    for (const { id, Properties } of resourcesOf(stage, 'AWS::StepFunctions::StateMachine'))
      expect(Properties.TracingConfiguration, id).toEqual(isTraced ? { Enabled: true } : undefined)
  })

  it('may be sent by every function and every saga, and by no other role', () => {
    const sends = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments']
    // Step Functions decides for itself which executions it traces.
    const decides = ['xray:GetSamplingRules', 'xray:GetSamplingTargets']
    const grants = grantsOf(stage).filter(({ action }) => action.startsWith('xray:'))
    const actionsOf = (role: string) => grants.filter((grant) => grant.role === role).map(({ action }) => action)
    const functions = resourcesOf(stage, 'AWS::Lambda::Function').map(shortName)
    const sagas = ['notification', 'webhook', 'attachment', 'removal'].map((saga) => `${saga}-saga`)
    for (const role of functions) expect(actionsOf(role).sort(), role).toEqual(isTraced ? sends : [])
    for (const role of sagas) expect(actionsOf(role).sort(), role).toEqual(isTraced ? [...decides, ...sends] : [])
    expect(new Set(grants.map(({ role }) => role))).toEqual(new Set(isTraced ? [...functions, ...sagas] : []))
  })
})
