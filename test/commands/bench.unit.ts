import { describe, expect, it } from 'vitest'
import { formatStacks } from '../../commands/bench/format-stacks.ts'
import { usageOfTree } from '../../proof/bench/process-tree.ts'

describe('the table of a benchmark', () => {
  const figures = { p50Ms: 10.4, p99Ms: 99.6, cpuMsPerEffect: undefined, cpuMsByThread: undefined, memoryMb: 400 }

  it('compares the throughput with the first stack, and shows what was not measured as a dash', () => {
    const rows = [
      { name: 'embedded', requestsPerSecond: 80, startSeconds: { cold: 2.04, warm: 0.9 }, ...figures },
      { name: 'ministack', requestsPerSecond: 60, startSeconds: { cold: 30 }, ...figures },
    ]
    const settings = { unique: 400, copies: 3, concurrency: 16, rounds: 3, cores: 2 }
    const lines = formatStacks(rows, settings).split('\n')
    expect(lines[0]).toBe(
      "400 tickets, each request sent 3 times at once, 16 requests at a time; median of 3 rounds after a warm-up; 2 cores, the client's CPU time not counted.",
    )
    const cells = lines.slice(4, 6).map((line) => line.split('|').map((cell) => cell.trim()))
    expect(cells).toEqual([
      ['', 'embedded', '80', '1.00', '10', '100', '–', '400', '2.0', '0.9', ''],
      ['', 'ministack', '60', '0.75', '10', '100', '–', '400', '30.0', '–', ''],
    ])
  })

  it('says where the CPU time goes, the largest part first, without what is negligible', () => {
    const cpuMsByThread = { main: 14.26, functions: 29, V8Worker: 6.5, idle: 0.1 }
    const row = { name: 'embedded', requestsPerSecond: 80, startSeconds: {}, ...figures, cpuMsByThread }
    expect(formatStacks([row], { unique: 1, copies: 1, concurrency: 1, rounds: 1, cores: 2 }).split('\n').at(-1)).toBe(
      'embedded, CPU ms per effect by thread: functions 29.0, main 14.3, V8Worker 6.5',
    )
  })
})

describe.runIf(process.platform === 'linux')('the usage of a process tree', () => {
  it('counts CPU time and memory, and more of both as the process works', () => {
    const before = usageOfTree(process.pid)
    const kept = Array.from({ length: 3_000_000 }, (_, index) => ({ index }))
    const after = usageOfTree(process.pid)
    expect(kept.length).toBe(3_000_000)
    expect(after?.cpuMsByThread.main).toBeGreaterThan(before?.cpuMsByThread.main ?? Number.POSITIVE_INFINITY)
    expect(after?.cpuMs).toBeGreaterThan(before?.cpuMs ?? Number.POSITIVE_INFINITY)
    expect(after?.memoryMb).toBeGreaterThan(before?.memoryMb ?? Number.POSITIVE_INFINITY)
  })
})
