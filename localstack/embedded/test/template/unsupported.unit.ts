import { afterEach, describe, expect, it } from 'vitest'
import { load, loadResources, queue, removeAssemblies } from './load-fixture.ts'

afterEach(removeAssemblies)

describe('a template with something unsupported', () => {
  it('stops the start with the name and type of an unsupported resource', () => {
    expect(() => loadResources({ Cache: { Type: 'AWS::ElastiCache::CacheCluster' } })).toThrow(
      'App/Some/Cache (AWS::ElastiCache::CacheCluster, logical id Cache): the embedded stack does not support this type.',
    )
  })

  it('stops the start for a custom resource, by name', () => {
    expect(() => loadResources({ Empty: { Type: 'Custom::S3AutoDeleteObjects' } })).toThrow(
      'App/Some/Empty (Custom::S3AutoDeleteObjects, logical id Empty): custom resources are not supported by the embedded stack.',
    )
  })

  it('names an unsupported property at any depth', () => {
    const odd = {
      ...queue,
      Properties: { ShinyNewOption: 1, RedrivePolicy: { maxReceiveCount: 1, deadLetterTargetArn: 'a', extra: 1 } },
    }
    expect(() => loadResources({ Odd: odd })).toThrow(
      'App/Some/Odd (AWS::SQS::Queue, logical id Odd): the embedded stack does not support the property RedrivePolicy.extra; the embedded stack does not support the property ShinyNewOption.',
    )
  })

  it('names a property with an unsupported value', () => {
    const odd = {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: '{}', RoleArn: 'r', StateMachineType: 'EXPRESS' },
    }
    expect(() => loadResources({ Odd: odd })).toThrow(
      'property StateMachineType: express workflows are not supported by the embedded stack',
    )
  })

  it('names a mapping that would handle the batches of a shard in parallel', () => {
    const mapping = (ParallelizationFactor: unknown) => ({
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:q',
        FunctionName: 'work',
        ParallelizationFactor,
      },
    })
    expect(() => loadResources({ Odd: mapping(2) })).toThrow(
      'property ParallelizationFactor: the embedded stack handles one batch per shard at a time',
    )
    for (const one of [1, '1', undefined])
      expect(loadResources({ Usual: mapping(one) }).eventSourceMappings).toHaveLength(1)
  })

  it('is refused for a rule of events that nothing publishes, and for a rule of none', () => {
    const rule = (Properties: Record<string, unknown>) =>
      load(
        { App: { Resources: { Odd: { Type: 'AWS::Events::Rule', Properties } } } },
        { events: [{ source: 'app.orders', detailType: 'Order placed' }] },
      )
    const pattern = { source: ['app.orders'], 'detail-type': ['Order placed'] }
    expect(() => rule({ EventPattern: { ...pattern, source: ['aws.s3'] } })).toThrow(
      'property EventPattern: nothing publishes "Order placed" of aws.s3 here',
    )
    expect(() => rule({ EventPattern: { ...pattern, 'detail-type': ['Order lost'] } })).toThrow(
      'nothing publishes "Order lost" of app.orders here',
    )
    expect(() => rule({ EventPattern: { source: ['app.orders'] } })).toThrow('EventPattern.detail-type')
    expect(() => rule({ EventPattern: { ...pattern, account: ['1'] } })).toThrow('EventPattern.account')
    expect(() => rule({})).toThrow('a rule needs either a ScheduleExpression or an EventPattern')
    expect(() => rule({ EventPattern: pattern, ScheduleExpression: 'rate(1 day)' })).toThrow(
      'a rule needs either a Schedule',
    )
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:q'
    expect(() => rule({ EventPattern: pattern, Targets: [{ Id: 't', Arn: queueArn }] })).toThrow('is not a function')
    const { eventRules, schedules } = rule({ EventPattern: pattern })
    expect([eventRules.map((each) => each.pattern), schedules]).toEqual([[JSON.stringify(pattern)], []])
  })

  it('is reported in one line', () => {
    try {
      loadResources({ Odd: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { A: 1, B: [{}] } } })
      expect.unreachable()
    } catch (error) {
      expect(String(error)).not.toContain('\n')
    }
  })
})
