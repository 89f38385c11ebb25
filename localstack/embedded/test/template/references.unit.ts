// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub.
import { afterEach, describe, expect, it } from 'vitest'
import type { Template } from '../../template/assembly.ts'
import { load, loadResources, queue, removeAssemblies, resolved, table } from './load-fixture.ts'

afterEach(removeAssemblies)

describe('a reference in a template', () => {
  it('is resolved in every intrinsic function', () => {
    expect(resolved({ 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }, 1]] })).toBe('a-us-east-1-1')
    expect(resolved({ 'Fn::Sub': '${AWS::AccountId}/${Queue}/${Queue.Arn}/${!Left}' }, {}, { Queue: queue })).toBe(
      '000000000000/http://127.0.0.1:4566/000000000000/App-Queue.fifo/arn:aws:sqs:us-east-1:000000000000:App-Queue.fifo/${Left}',
    )
    expect(resolved({ 'Fn::Sub': ['${x}:${y}', { x: 'one', y: { Ref: 'AWS::StackName' } }] })).toBe('one:App')
    expect(resolved({ 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] })).toBe('b')
    expect(resolved({ 'Fn::Base64': 'hello' })).toBe('aGVsbG8=')
    expect(
      resolved({ 'Fn::FindInMap': ['M', { Ref: 'AWS::Partition' }, 'k'] }, { Mappings: { M: { aws: { k: 'v' } } } }),
    ).toBe('v')
  })

  it('follows conditions, and omits what a condition removes', () => {
    const Conditions = {
      IsHere: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      IsThere: { 'Fn::Not': [{ Condition: 'IsHere' }] },
      Both: { 'Fn::And': [{ Condition: 'IsHere' }, { Condition: 'IsThere' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsHere' }, { Condition: 'IsThere' }] },
    }
    expect(resolved({ 'Fn::If': ['Both', 'yes', 'no'] }, { Conditions })).toBe('no')
    expect(resolved({ 'Fn::If': ['Either', 'yes', 'no'] }, { Conditions })).toBe('yes')
    const model = loadResources(
      { Away: { ...queue, Condition: 'IsThere' }, Here: { ...queue, Condition: 'IsHere' } },
      { Conditions },
    )
    expect(model.queues.map(({ name }) => name)).toEqual(['App-Here.fifo'])
    const slow = { ...queue, Properties: { DelaySeconds: { 'Fn::If': ['IsThere', 5, { Ref: 'AWS::NoValue' }] } } }
    expect(loadResources({ Slow: slow }, { Conditions }).queues[0]?.attributes).toEqual({})
  })

  it('may be in another stack', () => {
    const model = load({
      Reader: {
        Resources: {
          Probe: {
            Type: 'AWS::SSM::Parameter',
            Properties: { Type: 'String', Value: { 'Fn::ImportValue': 'Data:Table' } },
          },
        },
      },
      Data: {
        Resources: { Tickets: table },
        Outputs: { X: { Value: { Ref: 'Tickets' }, Export: { Name: 'Data:Table' } } },
      },
    })
    expect(model.ssmParameters[0]?.value).toBe('Data-Tickets')
    expect(model.outputs.Data).toEqual({ X: 'Data-Tickets' })
  })

  it('may be a parameter whose pattern the whole value matches, and no other', () => {
    const Parameters = { Issuer: { Type: 'String', AllowedPattern: 'https://.+' } }
    const stack = { Parameters, Outputs: { Issuer: { Value: { Ref: 'Issuer' } } } }
    const given = (Issuer: string) => load({ App: stack }, { parameters: { Issuer } }).outputs.App
    expect(given('https://one')).toEqual({ Issuer: 'https://one' })
    expect(() => given('not https://one')).toThrow('App: the parameter Issuer does not allow not https://one.')
  })

  it('may be a parameter, given or by default', () => {
    const stack: Template = {
      Parameters: { Given: { Type: 'String', Default: 'no' }, Defaulted: { Type: 'Number', Default: 5 } },
      Outputs: { Both: { Value: { 'Fn::Sub': '${Given} ${Defaulted}' } } },
    }
    expect(load({ App: stack }, { parameters: { Given: 'yes' } }).outputs.App).toEqual({ Both: 'yes 5' })
    expect(() => load({ App: { ...stack, Parameters: { Given: { Type: 'String' } } } })).toThrow(
      'App: the parameter Given has no value.',
    )
  })

  it('is refused when its target does not exist, or when the intrinsic function is unknown', () => {
    expect(() => resolved({ Ref: 'Nobody' })).toThrow('App: the resource Nobody does not exist')
    expect(() => resolved({ 'Fn::GetAtt': ['Queue', 'Colour'] }, {}, { Queue: queue })).toThrow(
      'attribute Colour is not supported',
    )
    expect(() => resolved({ 'Fn::Transform': {} })).toThrow('the intrinsic function Fn::Transform is not supported')
    expect(() => resolved({ 'Fn::ImportValue': 'nothing' })).toThrow('no stack exports nothing')
    expect(() => resolved('{{resolve:ssm:/secret}}')).toThrow('dynamic reference')
  })
})
