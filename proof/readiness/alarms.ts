import {
  alarmMeanings,
  incompleteMeanings,
  sagaAlarmMeanings,
  scheduleMeanings,
  subscriberAlarmMeanings,
} from '../../infra/alarm-meanings.ts'
import { runbookOf } from '../../infra/runbooks.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { ProvableItem } from './item.ts'

/** Every alarm of production, by its construct id without `Alarm`. */
function alarmIds(): string[] {
  const of = (names: object, ...kinds: string[]) =>
    Object.keys(names).flatMap((name) => kinds.map((kind) => constructName(name) + kind))
  return [
    ...Object.keys(alarmMeanings),
    ...of(subscriberAlarmMeanings, 'Late', 'DeadLetters'),
    ...of(sagaAlarmMeanings, 'ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted', 'Parked'),
    ...of(scheduleMeanings, 'Silent'),
    ...of(incompleteMeanings, 'Incomplete'),
    ...of(tableShapes, 'ReadsThrottled', 'WritesThrottled'),
  ]
}

/** An alarm is ready when it is deployed as stated, its metric is published, and whoever is woken has a runbook. */
export function alarmItems(): ProvableItem[] {
  return alarmIds().map((id) => ({
    section: 'alarms',
    name: id,
    promise: `goes off in production; runbook: ${runbookOf(id)}`,
    provenBy: [
      id.match(/(Reads|Writes)Throttled$/) ? 'test/infra/throttling.unit.ts' : 'test/infra/alarms.unit.ts',
      'test/infra/runbooks.unit.ts',
      'test/promises/alarm-metrics.unit.ts',
    ],
  }))
}

/** `start-saga` as `StartSaga`, as the stacks name their constructs. */
function constructName(name: string): string {
  return name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())
}
