import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type MetricName, metrics } from '../../app/metrics.ts'

const repository = resolve(import.meta.dirname, '../..')

/** The metrics of our own that the CDK app watches by alarms; that each alarm names one of the catalogue is for the compiler. */
export function metricsOfAlarms(): MetricName[] {
  const files = globSync('infra/**/*.ts', { cwd: repository }).filter((file) => !file.endsWith('-dashboard.ts'))
  const text = files.map((file) => readFileSync(join(repository, file), 'utf8')).join('\n')
  return (Object.keys(metrics) as MetricName[]).filter((metric) => text.includes(`'${metric}'`))
}
