import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type PricedTemplate, readSettings } from '../../../proof/cost/app-settings.ts'
import { costPage } from '../../../proof/cost/cost-page.ts'
import { costReport, measuredPath, measuredText, readMeasured, reportText } from '../../../proof/cost/cost-report.ts'
import { type Price, priceList, priceOf } from '../../../proof/cost/prices.ts'
import { usualMonth } from '../../../proof/cost/usual-month.ts'
import { rootDir } from '../../docs/markdown.ts'
import { templatesOf } from '../../infra/synthesized.ts'

const settings = readSettings(Object.values(templatesOf('prod')) as PricedTemplate[])
const measured = readMeasured(rootDir)

describe('docs/cost.md', () => {
  it('has the figures of the code, the deployed app and the measurement: else npm run cost -- --docs', () => {
    const { path, text } = costPage(measured, settings)
    expect(readFileSync(`${rootDir}/${path}`, 'utf8')).toBe(text)
  })
})

describe('the measured inputs', () => {
  it('are written by npm run cost -- --measure, not by hand', () => {
    expect(readFileSync(`${rootDir}/${measuredPath}`, 'utf8')).toBe(measuredText(measured))
  })
})

describe('the settings that the bill reads from the synthesized app', () => {
  it('are its indexes with what they hold, its memory, its schedules and its alarms', () => {
    expect(settings.tables.Sagas).toEqual({
      keys: ['pk', 'sk'],
      indexes: [
        { name: 'byAggregate', keys: ['aggregatePk', 'startedSk'], projection: 'ALL' },
        { name: 'liveKeys', keys: ['livePk', 'startedSk'], projection: 'KEYS_ONLY' },
      ],
    })
    expect(settings.memoryMb['add-comment']).toBeGreaterThan(0)
    expect(settings.schedules).toMatchObject({ 'sweep-outbox': 43_200, 'reconcile-consumers': 8_640 })
    expect(settings.polledQueues).toBe(4)
    expect(settings.alarms).toBeGreaterThan(100)
    expect([settings.isArm, settings.isScanned]).toEqual([true, true])
  })

  it('count the metrics that alarms watch, as AWS does, and not the expressions over them', () => {
    const stat = { MetricStat: { Metric: { MetricName: 'm' } } }
    const alarm = (Properties: object) => ({ Type: 'AWS::CloudWatch::Alarm', Properties: { ...Properties } })
    const Resources = {
      one: alarm({ Namespace: 'AWS/SQS', MetricName: 'm' }),
      sum: alarm({ Metrics: [{ Expression: 'a + b' }, stat, stat] }),
      insights: alarm({ Metrics: [{ Expression: 'SELECT MAX(m) FROM n' }] }),
    }
    expect(readSettings([{ Resources }]).alarms).toBe(4)
  })

  it('are refused when a schedule is written in a way that cannot be counted', () => {
    const rule = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 0 * * ? *)' } }
    expect(() => readSettings([{ Resources: { rule } }])).toThrow("the bill can't count how often cron(0 0 * * ? *)")
  })
})

describe('the report', () => {
  const report = costReport(usualMonth, measured, settings)

  it('adds up, by service and by use case', () => {
    const total = report.bill.lines.reduce((sum, { usd }) => sum + usd, 0)
    expect(report.bill.usd).toBeCloseTo(total)
    expect(reportText(report)).toContain(`$${total.toFixed(2)}`)
  })

  it('names three levers that save something, and four comparisons', () => {
    expect(report.levers.slice(0, 3).every(({ savedUsd }) => savedUsd > 0)).toBe(true)
    expect(report.comparisons).toHaveLength(4)
    for (const { here, elsewhere } of report.comparisons) expect(Math.min(here.usd, elsewhere.usd)).toBeGreaterThan(0)
  })
})

describe('each price', () => {
  const prices: [string, Price][] = Object.entries(priceOf)
  const page = readFileSync(`${rootDir}/docs/cost.md`, 'utf8')

  it('has its page at AWS, seen before the list was gathered or plainly not verified, and all have one region', () => {
    for (const [name, { usd, source, seen, quotedBy }] of prices) {
      expect(usd).toBeGreaterThan(0)
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/[a-z0-9-]+\/pricing\//)
      expect(seen, name).toMatch(/^(20\d\d-\d\d-\d\d|not verified)$/)
      if (seen === 'not verified') expect(quotedBy, name).toBe(undefined)
      else expect(seen <= priceList.date, name).toBe(true)
    }
    expect(priceList).toEqual({ region: 'us-east-1', date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) })
  })

  it('is on the page with that day, or as not verified', () => {
    for (const [name, { seen }] of prices)
      expect(page, name).toMatch(new RegExp(`^\\| \`${name}\` \\| \\$[\\d.]+ \\| ${seen} \\|`, 'm'))
  })
})
