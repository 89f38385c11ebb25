// @ts-check
import { readFileSync } from 'node:fs'

/** @typedef {{ cpuMs: number, peakBytes: number }} ResourceUse */

/**
 * Returns what this process has used since the last call (at first: since its start): CPU time of all its threads, and the most memory
 * that it had resident so far. Linux only.
 * @returns {() => ResourceUse}
 */
export function resourceMeter() {
  let beforeMs = 0
  return () => {
    const { user, system } = process.cpuUsage()
    const nowMs = (user + system) / 1_000
    const cpuMs = nowMs - beforeMs
    beforeMs = nowMs
    return { cpuMs, peakBytes: peakBytes() }
  }
}

/** Not `resourceUsage().maxRSS`, which a process inherits from the one that started it. */
function peakBytes() {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kilobytes) * 1_024
}
