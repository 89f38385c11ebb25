import { describe, expect, it } from 'vitest'
import { functionNames } from '../../../app/functions.ts'
import { tokenClaimsTimeoutSeconds } from '../../../infra/limits.ts'
import { memorySizes } from '../../../infra/memory-sizes.ts'
import { type PricedTemplate, readSettings } from '../../../proof/cost/app-settings.ts'
import { readMeasured } from '../../../proof/cost/cost-report.ts'
import { memoryFor, scaledMs } from '../../../proof/cost/memory-rule.ts'
import { rootDir } from '../../docs/markdown.ts'
import { templatesOf } from '../../infra/synthesized.ts'

const { functionUse } = readMeasured(rootDir)
const settings = readSettings(Object.values(templatesOf('prod')) as PricedTemplate[])
const timeouts: Record<string, number> = {
  ...settings.timeoutSeconds,
  'add-token-claims': tokenClaimsTimeoutSeconds,
}
const little = { peakMb: 80, coldCpuMs: 100, warmCpuMs: 5, meanCpuMs: 4 }

describe('the memory of a function', () => {
  it('is what the rule of ADR 32 makes of the stored measurement: else change infra/memory-sizes.ts', () => {
    const names = functionNames({ malwareScan: 'guardduty', identity: 'cognito' })
    expect(Object.keys(functionUse).toSorted()).toEqual(names.toSorted())
    const byRule = Object.entries(functionUse).map(([name, use]) => [name, memoryFor(name, use, timeouts[name] ?? 0)])
    expect(memorySizes).toEqual(Object.fromEntries(byRule))
  })

  it('is what is deployed', () => {
    expect(settings.memoryMb).toEqual(
      Object.fromEntries(Object.entries(memorySizes).filter(([name]) => name in settings.memoryMb)),
    )
  })
})

describe('the rule of memory', () => {
  const sizeOf = (name: string, use: Partial<typeof little>, timeoutSeconds = 10) =>
    memoryFor(name, { ...little, ...use }, timeoutSeconds)

  it('leaves 40% above the peak and the allowance', () => {
    expect(sizeOf('project-views', { peakMb: 113 })).toBe(256)
    expect(sizeOf('project-views', { peakMb: 114 })).toBe(512)
    expect(sizeOf('project-views', { peakMb: 600 })).toBe(1_769)
  })

  it('gives a request as much CPU as its latency takes, warm and cold', () => {
    expect(sizeOf('get-ticket', { warmCpuMs: 14 })).toBe(256)
    expect(sizeOf('get-ticket', { warmCpuMs: 15 })).toBe(512)
    expect(sizeOf('get-ticket', { coldCpuMs: 144 })).toBe(256)
    expect(sizeOf('get-ticket', { coldCpuMs: 300 })).toBe(1_024)
  })

  it('gives all other functions as much CPU as their timeout takes, cold start included', () => {
    expect(sizeOf('project-views', { warmCpuMs: 900, coldCpuMs: 1_400 })).toBe(256)
    expect(sizeOf('project-views', { warmCpuMs: 900, coldCpuMs: 1_500 })).toBe(512)
    expect(sizeOf('project-views', { warmCpuMs: 900, coldCpuMs: 1_500 }, 20)).toBe(256)
  })

  it('is refused where no size suffices, with the name of the function', () => {
    expect(() => sizeOf('get-ticket', { coldCpuMs: 1_001 })).toThrow('get-ticket needs more than any size allows')
  })

  it('takes a whole vCPU as the fastest: more memory speeds nothing up that has one thread', () => {
    expect([scaledMs(10, 1_769), scaledMs(10, 3_538)]).toEqual([10, 10])
    expect(scaledMs(10, 512)).toBeCloseTo(34.55, 2)
  })
})
