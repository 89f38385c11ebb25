import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BusinessCalendar, weekdays } from '../../domain/business-calendar.ts'
import { addBusinessMinutes, businessMs } from '../../domain/business-time.ts'

const everyDay = (from: string, to: string) => Object.fromEntries(weekdays.map((day) => [day, [{ from, to }]]))
const calendar = (timeZone: string, businessHours: object, holidays?: string[]) =>
  BusinessCalendar.parse({ timeZone, businessHours, ...(holidays && { holidays }) })
const minutesOf = (of: BusinessCalendar, from: string, to: string) => businessMs(of, from, to) / 60_000

const berlin = calendar('Europe/Berlin', everyDay('09:00', '17:00'))
const aroundTheClock = calendar('Europe/Berlin', everyDay('00:00', '24:00'))

describe('business time', () => {
  it('passes during business hours only, in local time', () => {
    expect(minutesOf(berlin, '2026-01-12T07:30:00Z', '2026-01-12T08:30:00Z')).toBe(30)
    expect(minutesOf(berlin, '2026-07-13T07:30:00Z', '2026-07-13T08:30:00Z')).toBe(60)
    expect(minutesOf(berlin, '2026-01-12T16:00:00Z', '2026-01-13T08:00:00Z')).toBe(0)
  })

  it('does not pass on days without hours, nor on holidays', () => {
    const weekend = calendar('Europe/Berlin', { saturday: [{ from: '10:00', to: '14:00' }] }, ['2026-01-17'])
    expect(minutesOf(weekend, '2026-01-05T00:00:00Z', '2026-01-31T23:00:00Z')).toBe(3 * 240)
  })

  it('passes in each part of a day that has a break', () => {
    const day = [
      { from: '08:00', to: '12:00' },
      { from: '13:00', to: '17:00' },
    ]
    const withBreak = calendar('UTC', { monday: day })
    expect(minutesOf(withBreak, '2026-01-12T11:00:00Z', '2026-01-12T14:00:00Z')).toBe(120)
    expect(addBusinessMinutes(withBreak, '2026-01-12T11:00:00Z', 61)).toBe('2026-01-12T13:01:00.000Z')
  })

  it('has 23 hours on the day when clocks go forward, and 25 when they go back', () => {
    expect(minutesOf(aroundTheClock, '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z')).toBe(23 * 60)
    expect(minutesOf(aroundTheClock, '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z')).toBe(25 * 60)
  })

  it('keeps the hours of the clock on both days: a target of eight hours ends at five as on any other', () => {
    expect(addBusinessMinutes(berlin, '2026-03-28T16:00:00Z', 8 * 60)).toBe('2026-03-29T15:00:00.000Z')
    expect(addBusinessMinutes(berlin, '2026-10-24T15:00:00Z', 8 * 60)).toBe('2026-10-25T16:00:00.000Z')
  })

  it('counts no time that clocks skip, and the hour that they show twice once in each of its parts', () => {
    const skipped = calendar('Europe/Berlin', { sunday: [{ from: '02:00', to: '03:00' }] })
    expect(minutesOf(skipped, '2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z')).toBe(0)
    const acrossIt = calendar('Europe/Berlin', {
      sunday: [
        { from: '01:00', to: '02:30' },
        { from: '02:30', to: '04:00' },
      ],
    })
    expect(minutesOf(acrossIt, '2026-03-28T00:00:00Z', '2026-03-30T00:00:00Z')).toBe(120)
    expect(minutesOf(acrossIt, '2026-10-24T00:00:00Z', '2026-10-26T00:00:00Z')).toBe(240)
  })

  it('does not pass on a day that a place skipped', () => {
    const apia = calendar('Pacific/Apia', everyDay('09:00', '17:00'))
    expect(minutesOf(apia, '2011-12-29T10:00:00Z', '2011-12-31T10:00:00Z')).toBe(2 * 480)
  })

  it('passes where clocks go back at midnight as everywhere', () => {
    const havana = calendar('America/Havana', everyDay('00:00', '24:00'))
    expect(minutesOf(havana, '2026-10-31T12:00:00Z', '2026-11-02T12:00:00Z')).toBe(48 * 60)
  })
})

describe('a business calendar', () => {
  it.each([
    ['an offset for a time zone', { timeZone: '+01:00' }],
    ['an unknown time zone', { timeZone: 'Europe/Atlantis' }],
    ['less than an hour a week', { businessHours: { monday: [{ from: '09:00', to: '09:59' }] } }],
    ['no hours', { businessHours: {} }],
    ['an end before its beginning', { businessHours: { monday: [{ from: '17:00', to: '09:00' }] } }],
    ['an hour that no clock shows', { businessHours: { monday: [{ from: '09:00', to: '25:00' }] } }],
    ['an unknown day', { businessHours: { ...everyDay('09:00', '17:00'), funday: [] } }],
    [
      'overlapping hours',
      {
        businessHours: {
          monday: [
            { from: '09:00', to: '12:00' },
            { from: '11:00', to: '13:00' },
          ],
        },
      },
    ],
    ['a holiday that is no date', { holidays: ['2026-02-30'] }],
    ['a holiday twice', { holidays: ['2026-12-25', '2026-12-25'] }],
  ])('is refused with %s', (_, changes) => {
    const body = { timeZone: 'Europe/Berlin', businessHours: everyDay('09:00', '17:00'), ...changes }
    expect(BusinessCalendar.safeParse(body).success).toBe(false)
  })
})

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'America/Havana',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
]
const half = fc
  .integer({ min: 0, max: 47 })
  .map((index) => `${String(index >> 1).padStart(2, '0')}:${index % 2 ? '30' : '00'}`)
const openDay = fc
  .uniqueArray(half, { minLength: 0, maxLength: 6 })
  .map((times) => times.toSorted())
  .map((times) =>
    Array.from({ length: times.length >> 1 }, (_, index) => ({
      from: times[2 * index] ?? '',
      to: times[2 * index + 1] ?? '',
    })),
  )
const anyCalendar = fc
  .record({ zone: fc.constantFrom(...zones), days: fc.array(openDay, { minLength: 7, maxLength: 7 }) })
  .map(({ zone, days }) =>
    calendar(zone, {
      ...Object.fromEntries(weekdays.map((day, index) => [day, days[index]])),
      wednesday: [{ from: '08:00', to: '16:00' }],
    }),
  )
/** Around the days when clocks change, in both halves of the earth. */
const times = fc
  .tuple(
    fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'),
    fc.integer({ min: -4_000, max: 4_000 }),
  )
  .map(([date, minutes]) => new Date(Date.parse(date) + minutes * 60_000).toISOString())

describe('business time of any calendar', () => {
  const runs = { seed: 37, numRuns: 60 }

  it('is additive and never negative: the parts of a time add up to the whole', () => {
    fc.assert(
      fc.property(anyCalendar, fc.tuple(times, times, times), (of, some) => {
        const [a = '', b = '', c = ''] = some.toSorted()
        expect(businessMs(of, a, b) + businessMs(of, b, c)).toBe(businessMs(of, a, c))
        expect(businessMs(of, a, b)).toBeGreaterThanOrEqual(0)
        expect(businessMs(of, c, a)).toBe(0)
      }),
      runs,
    )
  })

  it('grows with the time that passes, and never faster', () => {
    fc.assert(
      fc.property(anyCalendar, fc.tuple(times, times, times), (of, some) => {
        const [a = '', b = '', c = ''] = some.toSorted()
        expect(businessMs(of, a, c)).toBeGreaterThanOrEqual(businessMs(of, a, b))
        expect(businessMs(of, a, c)).toBeLessThanOrEqual(Date.parse(c) - Date.parse(a))
      }),
      runs,
    )
  })

  it('reaches a target exactly when it is due, and not a millisecond before', () => {
    fc.assert(
      fc.property(anyCalendar, times, fc.integer({ min: 1, max: 3_000 }), (of, from, count) => {
        const due = addBusinessMinutes(of, from, count)
        expect(minutesOf(of, from, due)).toBe(count)
        expect(minutesOf(of, from, new Date(Date.parse(due) - 1).toISOString())).toBeLessThan(count)
      }),
      runs,
    )
  })
})
