import { Cron } from 'croner'

/** When a schedule runs next. */
export interface ScheduleTimes {
  /** The first time after this one; undefined when there is none any more. */
  after(time: Date): Date | undefined
}

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * Reads EventBridge's `rate(5 minutes)` and `cron(0 12 ? * MON-FRI *)`; times are UTC. Throws for anything else, in one line.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseScheduleExpression(expression: string): ScheduleTimes {
  const rate = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression)
  if (rate) return parseRate(expression, Number(rate[1]), unitMs[rate[2] ?? ''] ?? 0, rate[3] === 's')
  const cron = /^cron\(([^()]+)\)$/.exec(expression)
  if (cron?.[1]) return parseCron(expression, cron[1])
  throw invalid(expression)
}

function parseRate(expression: string, count: number, unit: number, isPlural: boolean): ScheduleTimes {
  if (count < 1 || isPlural !== count > 1) throw invalid(expression)
  return { after: (time) => new Date(time.getTime() + count * unit) }
}

function parseCron(expression: string, text: string): ScheduleTimes {
  const fields = text.trim().split(/\s+/)
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields
  // Exactly one of both days says `?`: "the 15th" and "Mondays" cannot both be meant.
  if (fields.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) throw invalid(expression)
  const days = `${dayOfMonth} ${month} ${dayOfWeek}`.replaceAll('?', '*')
  try {
    const cron = new Cron(`0 ${minutes} ${hours} ${days} ${year}`, {
      mode: '7-part',
      timezone: 'UTC',
      alternativeWeekdays: true,
      sloppyRanges: true,
      paused: true,
    })
    return { after: (time) => cron.nextRun(time) ?? undefined }
  } catch (error) {
    throw invalid(expression, error)
  }
}

function invalid(expression: string, cause?: unknown): Error {
  return new Error(`${expression} is not a schedule expression`, { cause })
}
