import { describe, expect, it } from 'vitest'
import { alarmState } from './alarm-state.ts'

const alarm = (settings: object = {}) => ({
  stack: 'Api',
  id: 'Alarm',
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    Statistic: 'Sum',
    Threshold: 5,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    EvaluationPeriods: 1,
    ...settings,
  },
})

describe('the state of an alarm', () => {
  it('follows from the statistic of its latest period', () => {
    expect(alarmState(alarm(), [[2, 2]])).toBe('OK')
    expect(alarmState(alarm(), [[2, 3]])).toBe('ALARM')
    expect(alarmState(alarm(), [[9], [1]])).toBe('OK')
    expect(alarmState(alarm({ Statistic: 'Maximum' }), [[2, 3]])).toBe('OK')
    expect(alarmState(alarm({ Statistic: 'Maximum' }), [[2, 5]])).toBe('ALARM')
  })

  it('is OK while there is no data', () => {
    expect([alarmState(alarm(), []), alarmState(alarm(), [[]])]).toEqual(['OK', 'OK'])
  })

  it('takes as many periods as the alarm evaluates, and as many of them as it asks for', () => {
    expect(alarmState(alarm({ EvaluationPeriods: 3 }), [[5], [0], [5]])).toBe('OK')
    expect(alarmState(alarm({ EvaluationPeriods: 3, DatapointsToAlarm: 2 }), [[5], [0], [5]])).toBe('ALARM')
  })

  it('is not guessed for an alarm that compares in another way', () => {
    expect(() => alarmState(alarm({ ComparisonOperator: 'LessThanThreshold' }), [[1]])).toThrow('Alarm compares by')
    expect(() => alarmState(alarm({ Statistic: 'Average' }), [[1]])).toThrow('the statistic Average is not known')
  })
})
