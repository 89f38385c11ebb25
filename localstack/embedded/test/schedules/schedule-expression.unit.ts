import { describe, expect, it } from 'vitest'
import { parseScheduleExpression } from '../../schedules/schedule-expression.ts'

const next = (expression: string, after = '2026-01-01T10:00:30Z') =>
  parseScheduleExpression(expression).after(new Date(after))?.toISOString()

describe('a schedule expression', () => {
  const cases: [expression: string, next: string | undefined][] = [
    ['rate(1 minute)', '2026-01-01T10:01:30.000Z'],
    ['rate(5 minutes)', '2026-01-01T10:05:30.000Z'],
    ['rate(1 day)', '2026-01-02T10:00:30.000Z'],
    ['cron(* * * * ? *)', '2026-01-01T10:01:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-01-01T10:15:00.000Z'],
    ['cron(0 3 * * ? *)', '2026-01-02T03:00:00.000Z'],
    ['cron(30 9 ? * MON-FRI *)', '2026-01-02T09:30:00.000Z'],
    ['cron(30 9 ? * 1 *)', '2026-01-04T09:30:00.000Z'],
    ['cron(30 9 ? * 2 *)', '2026-01-05T09:30:00.000Z'],
    ['cron(30 9 ? * 2#1 *)', '2026-01-05T09:30:00.000Z'],
    ['cron(0 0 L * ? *)', '2026-01-31T00:00:00.000Z'],
    ['cron(0 8 1 JUL,OCT ? *)', '2026-07-01T08:00:00.000Z'],
    ['cron(0 8 1 1 ? 2027-2028)', '2027-01-01T08:00:00.000Z'],
    ['cron(0 8 1 1 ? 2025)', undefined],
  ]
  for (const [expression, expected] of cases) {
    it(`${expression} runs next at ${expected ?? 'no time'}`, () => {
      expect(next(expression)).toBe(expected)
    })
  }

  it('is refused when EventBridge refuses it', () => {
    const wrong = [
      'rate(1 minutes)',
      'rate(2 minute)',
      'rate(0 minutes)',
      'rate(5 seconds)',
      'cron(0 3 * * *)',
      'cron(0 3 * * * *)',
      'cron(0 3 ? * ? *)',
      'cron(61 3 * * ? *)',
      '5 minutes',
      '',
    ]
    for (const expression of wrong)
      expect(() => next(expression), expression).toThrow(`${expression} is not a schedule expression`)
  })
})
