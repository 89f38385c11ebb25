/** The runbooks under `docs/runbooks`, and the alarms that each is for: by the alarm's construct id, the first that fits. */
const runbooks = {
  'history-tampered': /^(HistoryTampered|WatchEventsDeadLetters)$/,
  'malware-scan': /^(UploadsLate|UploadsNotScanned|InfectedAfterClean)$/,
  drift: /^DriftNotHealed$/,
  outbox: /^(OutboxStuck|OutboxUnreadable|RelaySilent)$/,
  uploads: /^(UploadEventsMissing|UploadsNotSwept|CopiesNotSwept)$/,
  'unconfirmed-events': /^EventsNotConfirmed$/,
  'blocked-aggregates': /^AggregatesStillBlocked$/,
  'api-errors': /^ApiErrors$/,
  'saga-parked': /(Parked|^SagaDefinitionGone|^SagasHeld)$/,
  'saga-stopped': /(Executions(Failed|TimedOut|Aborted)|^SagasNotReconciled)$/,
  throttling: /Throttled$/,
  'dead-letters': /DeadLetters(Lost)?$/,
  late: /Late$/,
  'schedule-silent': /Silent$/,
  'schedule-fails': /Fails$/,
  'rounds-incomplete': /Incomplete$/,
} as const satisfies Record<string, RegExp>

export type RunbookName = keyof typeof runbooks

export const runbookNames = Object.keys(runbooks) as RunbookName[]

/** The runbook of an alarm, by its construct id without `Alarm`. Throws `Error` when it has none, so that no alarm is deployed without. */
export function runbookOf(alarmId: string): RunbookName {
  const name = runbookNames.find((each) => runbooks[each].test(alarmId))
  if (!name)
    throw new Error(
      `The alarm ${alarmId} has no runbook: write docs/runbooks/NAME.md, and name it in infra/runbooks.ts.`,
    )
  return name
}

/** Where a runbook is, from the root of the repository. */
export function runbookPath(name: RunbookName): string {
  return `docs/runbooks/${name}.md`
}
