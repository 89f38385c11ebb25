import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App } from 'aws-cdk-lib/core'
import { featureFlags } from '../../infra/feature-flags.ts'
import { stages, withAlarmSubscriber } from '../../infra/stages.ts'
import { steadfast } from '../../infra/steadfast.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { TableName } from '../../tables/store.ts'
import { shortName } from '../short-name.ts'
import type { Index, TablesSettings } from './capacity.ts'

/** What of the synthesized app decides its bill. */
export interface AppSettings {
  tables: TablesSettings
  /** The memory of each function. */
  memoryMb: Record<string, number>
  /** The time limit of each function. */
  timeoutSeconds: Record<string, number>
  isArm: boolean
  /** Runs per month of 30 days, by function. */
  schedules: Record<string, number>
  /** FIFO queues that a function reads. */
  polledQueues: number
  /** Metrics under alarm: what CloudWatch bills. */
  alarms: number
  /** Metrics of the app's own under alarm. */
  customMetrics: number
  keys: number
  isScanned: boolean
}

type Properties = Record<string, unknown>

/** A synthesized template, of which only resources matter. */
export interface PricedTemplate {
  Resources: Record<string, { Type: string; Properties?: Properties }>
}

/** The templates of the stage `prod`, as it is deployed. */
export function synthesizeProd(): PricedTemplate[] {
  const outdir = mkdtempSync(join(tmpdir(), 'steadfast-cost-'))
  try {
    const app = new App({ outdir, context: featureFlags, analyticsReporting: false, treeMetadata: false })
    const stage = withAlarmSubscriber(stages.prod, 'alarms@steadfast.example')
    steadfast(app, { stage, codeOf: (name) => Code.fromInline(`// ${name}`) })
    return app.synth().stacks.map(({ template }) => template as PricedTemplate)
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}

/** Reads the settings. Throws `Error` on a template that it does not understand, so that nothing is left out of the bill. */
export function readSettings(templates: readonly PricedTemplate[]): AppSettings {
  const resources = templates.flatMap(({ Resources }) => Object.entries(Resources))
  const of = (type: string) =>
    resources.flatMap(([id, { Type, Properties = {} }]) => (Type === type ? [{ id, properties: Properties }] : []))
  const functions = of('AWS::Lambda::Function')
  const nameById = new Map(functions.map(({ id, properties }) => [id, shortName(String(properties.FunctionName))]))
  const ofEach = (property: string) =>
    Object.fromEntries(
      functions.map(({ properties }) => [shortName(String(properties.FunctionName)), Number(properties[property])]),
    )
  const alarms = of('AWS::CloudWatch::Alarm').map(({ properties }) => properties)
  const ours = alarms.filter(({ Namespace }) => typeof Namespace === 'string' && !Namespace.startsWith('AWS/'))
  return {
    tables: Object.fromEntries(of('AWS::DynamoDB::Table').map(({ properties }) => tableSettings(properties))),
    memoryMb: ofEach('MemorySize'),
    timeoutSeconds: ofEach('Timeout'),
    isArm: functions.every(({ properties }) => String(properties.Architectures) === 'arm64'),
    schedules: Object.fromEntries(of('AWS::Events::Rule').flatMap(({ properties }) => schedule(properties, nameById))),
    polledQueues: of('AWS::Lambda::EventSourceMapping').filter(({ properties }) => 'ScalingConfig' in properties)
      .length,
    alarms: alarms.reduce((sum, { Metrics }) => sum + watchedMetrics(Metrics), 0),
    customMetrics: new Set(ours.map(({ MetricName, Dimensions }) => JSON.stringify([MetricName, Dimensions]))).size,
    keys: of('AWS::KMS::Key').length,
    isScanned: of('AWS::GuardDuty::MalwareProtectionPlan').length > 0,
  }
}

/**
 * Expressions over metrics cost nothing themselves. An alarm without queries watches its one metric, and one
 * of Metrics Insights its result.
 */
function watchedMetrics(queries: unknown): number {
  const metrics = Array.isArray(queries) ? queries.filter((query: Properties) => query.MetricStat !== undefined) : []
  return Math.max(1, metrics.length)
}

function tableSettings(properties: Properties): [string, TablesSettings[string]] {
  const keysOf = (schema: unknown) => (schema as { AttributeName: string }[]).map(({ AttributeName }) => AttributeName)
  const indexes = ((properties.GlobalSecondaryIndexes ?? []) as Properties[]).map((index): Index => {
    const { ProjectionType, NonKeyAttributes } = index.Projection as {
      ProjectionType: string
      NonKeyAttributes?: string[]
    }
    return {
      name: String(index.IndexName),
      keys: keysOf(index.KeySchema),
      projection: ProjectionType === 'INCLUDE' ? (NonKeyAttributes ?? []) : (ProjectionType as 'ALL' | 'KEYS_ONLY'),
    }
  })
  return [tableNameOf(String(properties.TableName)), { keys: keysOf(properties.KeySchema), indexes }]
}

/** `steadfast-prod-request-keys` → `RequestKeys`. Throws `Error` when the app has no such table. */
export function tableNameOf(physicalName: string): TableName {
  const short = shortName(physicalName).replaceAll('-', '').toLowerCase()
  const found = (Object.keys(tableShapes) as TableName[]).find((name) => name.toLowerCase() === short)
  if (!found) throw new Error(`${physicalName} is no table of the app: add it to tables/key-shapes.ts`)
  return found
}

const minutesPerMonth = 30 * 24 * 60
const minutesPer: Record<string, number> = { minute: 1, minutes: 1, hour: 60, hours: 60, day: 1_440, days: 1_440 }

function schedule(properties: Properties, nameById: ReadonlyMap<string, string>): [string, number][] {
  if (properties.ScheduleExpression === undefined) return []
  const [, count = '', unit = ''] = /^rate\((\d+) (\w+)\)$/.exec(String(properties.ScheduleExpression)) ?? []
  const minutes = Number(count) * (minutesPer[unit] ?? Number.NaN)
  if (!(minutes > 0)) throw new Error(`the bill can't count how often ${properties.ScheduleExpression} is in a month`)
  const targets = JSON.stringify(properties.Targets)
  const [, name] = [...nameById].find(([id]) => targets.includes(`"${id}"`)) ?? []
  if (name === undefined) throw new Error(`the bill does not know the target of the schedule ${properties.Name}`)
  return [[name, minutesPerMonth / minutes]]
}
