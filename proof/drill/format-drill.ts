import { formatFindings } from '../check/run-check.ts'
import type { DrillReport } from './restore-drill.ts'

/** The report of a drill as text; its last line is the verdict. */
export function formatDrill(report: DrillReport): string {
  const { findings, phases, rpoSeconds, rpoSecondsMax, rtoSeconds, rtoSecondsMax } = report
  const broken = findings.filter(({ violations }) => violations.length > 0)
  return [
    formatFindings(findings),
    `restored to ${report.restoredTo}; the tables are from moments ${report.secondsBetweenTables} s apart; ${report.rowsRepaired} rows were repaired`,
    `RPO ${rpoSeconds} s (target ${rpoSecondsMax} s): ${report.eventsLost} events are lost, and ${report.mailsAboutLost} mails were sent about them`,
    `RTO ${rtoSeconds} s (target ${rtoSecondsMax} s):`,
    ...Object.entries(phases).map(([name, seconds]) => `  ${seconds.toFixed(1).padStart(6)} s  ${name}`),
    ...(report.disaster === 'bad-deployment'
      ? [`texts and events that the bad release damaged: ${report.damaged}; left of them: ${report.damagedLeft}`]
      : []),
    `mails sent twice: ${report.mailsSentTwice}`,
    report.ok ? 'the restore holds every invariant' : `the restore is broken: ${brokenLine(broken)}`,
  ].join('\n')
}

function brokenLine(broken: DrillReport['findings']): string {
  const numbers = broken.map(({ invariant }) => invariant.number)
  return numbers.length > 0
    ? `invariants ${numbers.join(', ')}`
    : 'a target was missed, a mail was sent twice, or damage is left'
}

/** The figures of a drill that the readiness sheet shows. */
export function drillFigures({
  disaster,
  rpoSeconds,
  rtoSeconds,
  eventsLost,
}: Pick<DrillReport, 'disaster' | 'rpoSeconds' | 'rtoSeconds' | 'eventsLost'>): Record<string, string> {
  return { disaster, RPO: `${rpoSeconds} s`, RTO: `${rtoSeconds} s`, 'events lost': String(eventsLost) }
}
