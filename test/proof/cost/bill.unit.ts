import { describe, expect, it } from 'vitest'
import { count, ratio } from '../../../commands/program/options.ts'
import type { AppSettings } from '../../../proof/cost/app-settings.ts'
import { billOf, runsOf } from '../../../proof/cost/bill.ts'
import { leversOf } from '../../../proof/cost/levers.ts'
import { priceOf } from '../../../proof/cost/prices.ts'
import type { Measured, Usage } from '../../../proof/cost/usage.ts'

const nothing: Usage = {
  requests: 0,
  invocations: {},
  batches: {},
  calls: {},
  transitions: 0,
  historyBytes: 0,
  database: [],
}

/** One request of a function that reads a row and writes it, and an event that one consumer takes. */
const comment: Usage = {
  ...nothing,
  requests: 1,
  invocations: { 'add-comment': 1, consumer: 1 },
  batches: { consumer: 1 },
  calls: { 'relay-outbox sqs SendMessageBatch': 1 },
  database: [
    {
      function: 'add-comment',
      operation: 'GetItem',
      isConsistent: true,
      times: 1,
      rows: [{ table: 'Tickets', kind: '', bytesBefore: 500, bytesAfter: 500 }],
    },
    {
      function: 'add-comment',
      operation: 'TransactWriteItems',
      isConsistent: false,
      times: 1,
      rows: [{ table: 'Tickets', kind: '', bytesAfter: 500 }],
    },
  ],
}

const saga: Usage = {
  ...nothing,
  invocations: { step: 2 },
  calls: { 'step ses SendRawEmail': 1, 'step s3 PutObject': 1, 'step s3 HeadObject': 2, 'step s3 DeleteObject': 1 },
  transitions: 3,
  historyBytes: 2_000,
}

/** 10 ms of a whole vCPU are 20 ms with half of it, 884.5 MB. */
const use = { peakMb: 80, coldCpuMs: 200, warmCpuMs: 20, meanCpuMs: 10 }

const measured: Measured = {
  useCases: {
    'open a ticket': nothing,
    comment,
    duplicate: { ...nothing, requests: 1 },
    'notification saga': saga,
    'attachment saga': nothing,
    webhook: nothing,
  },
  idle: { sweep: { ...nothing, invocations: { sweep: 1 } } },
  logBytes: { 'add-comment': 600 },
  functionUse: Object.fromEntries(['add-comment', 'consumer', 'step', 'sweep'].map((name) => [name, use])),
}

const settings: AppSettings = {
  tables: { Tickets: { keys: ['pk', 'sk'], indexes: [] } },
  memoryMb: { 'add-comment': 884.5, consumer: 1_769, step: 512, sweep: 884.5 },
  timeoutSeconds: {},
  isArm: true,
  schedules: { sweep: 1_000 },
  polledQueues: 2,
  alarms: 10,
  customMetrics: 3,
  keys: 1,
  isScanned: true,
}

const month = { tickets: 0, comments: 1_000_000, attachments: 0, duplicates: 0.5 }
const { lines } = billOf(month, measured, settings)
const quantity = (share: string, price: string) =>
  lines.find((line) => line.share === share && line.price === price)?.quantity
const usd = (share: string, price: string) => lines.find((line) => line.share === share && line.price === price)?.usd

describe('the bill of a month', () => {
  it('runs each use case as often as the month says', () => {
    expect(runsOf({ tickets: 100, comments: 300, attachments: 0.2, duplicates: 0.5 })).toEqual({
      'open a ticket': 100,
      comment: 300,
      duplicate: 200,
      'notification saga': 300,
      'attachment saga': 20,
      webhook: 100,
    })
  })

  it('counts requests, duplicates among them', () => {
    expect(quantity('comment', 'restRequest')).toBe(1_000_000)
    expect(quantity('duplicate', 'restRequest')).toBe(500_000)
    expect(usd('comment', 'restRequest')).toBeCloseTo(3.5)
  })

  it('counts capacity units and what is stored', () => {
    expect(quantity('comment', 'readUnit')).toBe(1_000_000)
    expect(quantity('comment', 'writeUnit')).toBe(2_000_000)
    expect(usd('comment', 'writeUnit')).toBeCloseTo(1.25)
    // 500 bytes each: half a GB.
    expect(usd('comment', 'tableGigabyteMonth')).toBeCloseTo(0.125)
    expect(usd('comment', 'recoveryGigabyteMonth')).toBeCloseTo(0.1)
  })

  it('counts a send, a receive and a delete per message', () => {
    expect(quantity('comment', 'fifoRequest')).toBe(3_000_000)
    expect(usd('comment', 'fifoRequest')).toBeCloseTo(1.5)
  })

  it('counts invocations, and their duration by the memory of each function and the CPU that comes with it', () => {
    expect(usd('comment', 'invocation')).toBeCloseTo(0.4)
    // 20 ms of CPU and two calls of 10 ms with 884.5 MB, and 10 ms of CPU with twice the memory.
    const megabyteSeconds = 0.04 * 884.5 + 0.01 * 1_769
    expect(quantity('comment', 'armGigabyteSecond')).toBeCloseTo((1_000_000 * megabyteSeconds) / 1_024)
  })

  it('counts transitions, mails and requests to S3, of which deletions are free', () => {
    expect(usd('notification saga', 'transition')).toBeCloseTo(75)
    expect(usd('notification saga', 'mail')).toBeCloseTo(100)
    expect(usd('notification saga', 'objectWrite')).toBeCloseTo(5)
    expect(usd('notification saga', 'objectRead')).toBeCloseTo(0.8)
  })

  it("counts logs: the functions' own, Lambda's, the API's and those of Step Functions", () => {
    // (600 + 400) + 400 of the invocations, and 350 of the request: 1.75 GB.
    expect(usd('comment', 'logGigabyte')).toBeCloseTo(0.875)
    // Two invocations and the history: 2.8 GB.
    expect(usd('notification saga', 'logGigabyte')).toBeCloseTo(1.4)
  })

  it('counts what is paid when nothing happens', () => {
    const idle = billOf({ tickets: 0, comments: 0, attachments: 0, duplicates: 0 }, measured, settings)
    const byPrice = Object.fromEntries(idle.lines.map(({ price, usd }) => [price, usd]))
    expect(byPrice).toEqual({
      fifoRequest: expect.closeTo((2 * 5 * 30 * 24 * 3_600 * 0.5) / 20 / 1e6),
      alarmMonth: expect.closeTo(1),
      metricMonth: expect.closeTo(0.9),
      keyMonth: 1,
      invocation: expect.closeTo(0.0002),
      armGigabyteSecond: expect.closeTo(1_000 * 0.02 * (884.5 / 1_024) * priceOf.armGigabyteSecond.usd),
      logGigabyte: expect.closeTo(0.0002),
    })
    expect(idle.usd).toBeCloseTo(idle.lines.reduce((sum, line) => sum + line.usd, 0))
  })

  it('counts a file as stored, and as scanned where a scan is deployed', () => {
    const files = { tickets: 1_000, comments: 0, attachments: 1, duplicates: 0 }
    const prices = (isScanned: boolean) =>
      billOf(files, measured, { ...settings, isScanned })
        .lines.filter(({ share }) => share === 'attachment saga')
        .map(({ price, usd }) => [price, Number(usd.toFixed(6))])
    expect(prices(false)).toEqual([
      ['objectWrite', 0.005],
      ['objectGigabyteMonth', 0.023],
    ])
    expect(prices(true).slice(2)).toEqual([
      ['scannedObject', 0.215],
      ['scannedGigabyte', 0.09],
    ])
  })

  it('is refused when the CPU time of a deployed function was not measured, so that nothing is left out', () => {
    const deployed = { ...settings, memoryMb: { ...settings.memoryMb, 'new-function': 512 } }
    expect(() => billOf(month, measured, deployed)).toThrow('new-function is deployed and its CPU time is not measured')
  })

  it('is refused when a schedule was not measured, so that nothing is left out', () => {
    const unmeasured = { ...settings, schedules: { 'new-sweep': 1 } }
    expect(() => billOf(month, measured, unmeasured)).toThrow('new-sweep runs on a schedule and is not measured')
  })
})

describe('a lever', () => {
  it('saves what the bill would be less, the largest first', () => {
    const levers = leversOf(month, measured, settings)
    const saved = Object.fromEntries(levers.map(({ name, savedUsd }) => [name, savedUsd]))
    // 1.5 million requests at $1.00 instead of $3.50 a million.
    expect(saved['an HTTP API instead of a REST API']).toBeCloseTo(3.75)
    expect(saved['state machines log errors only']).toBeCloseTo(1)
    expect(levers.map(({ savedUsd }) => savedUsd)).toEqual(
      levers.map(({ savedUsd }) => savedUsd).toSorted((a, b) => b - a),
    )
  })
})

describe('the options of the month', () => {
  it.each(['-1', '1.5', '', 'many', '1e400'])('refuse %j as a number in one clear line', (text) => {
    expect(() => count(text)).toThrow('It must be a whole number of at least 0.')
  })

  it.each(['-0.1', '', 'half', 'NaN', 'Infinity'])('refuse %j as a ratio in one clear line', (text) => {
    expect(() => ratio(text)).toThrow('It must be a number of at least 0, such as 0.1.')
  })
})
