import type { AppSettings } from './app-settings.ts'
import { capacityOf, indexedBytes } from './capacity.ts'
import { scaledMs } from './memory-rule.ts'
import { assumed, type PriceName, priceOf } from './prices.ts'
import { type Measured, type Usage, type UseCase, useCases } from './usage.ts'

export const services = [
  'API Gateway',
  'Lambda',
  'DynamoDB',
  'SQS',
  'Step Functions',
  'SES',
  'S3',
  'GuardDuty',
  'CloudWatch',
  'KMS',
] as const
export type Service = (typeof services)[number]

/** What happens in a month. */
export interface Month {
  tickets: number
  comments: number
  /** Attachments per ticket. */
  attachments: number
  /** Copies per ticket opened and per comment that arrive again with the same key. */
  duplicates: number
}

/** `idle` is the share that is paid when nothing happens. */
export type Share = UseCase | 'idle'
export const shares = [...useCases, 'idle'] as const

export interface BillLine {
  service: Service
  share: Share
  price: PriceName
  /** Units of the price in the month. */
  quantity: number
  usd: number
}

export interface Bill {
  lines: readonly BillLine[]
  usd: number
}

type Quantities = Partial<Record<PriceName, number>>

const serviceOf: Partial<Record<PriceName, Service>> = {
  restRequest: 'API Gateway',
  httpRequest: 'API Gateway',
  invocation: 'Lambda',
  armGigabyteSecond: 'Lambda',
  x86GigabyteSecond: 'Lambda',
  writeUnit: 'DynamoDB',
  readUnit: 'DynamoDB',
  tableGigabyteMonth: 'DynamoDB',
  recoveryGigabyteMonth: 'DynamoDB',
  fifoRequest: 'SQS',
  transition: 'Step Functions',
  mail: 'SES',
  objectWrite: 'S3',
  objectRead: 'S3',
  objectGigabyteMonth: 'S3',
  scannedObject: 'GuardDuty',
  scannedGigabyte: 'GuardDuty',
  logGigabyte: 'CloudWatch',
  alarmMonth: 'CloudWatch',
  metricMonth: 'CloudWatch',
  keyMonth: 'KMS',
}

/** How often each use case runs: each comment notifies one person, and each ticket is told to one webhook. */
export function runsOf({ tickets, comments, attachments, duplicates }: Month): Record<UseCase, number> {
  return {
    'open a ticket': tickets,
    comment: comments,
    duplicate: (tickets + comments) * duplicates,
    'notification saga': comments,
    'attachment saga': tickets * attachments,
    webhook: tickets,
  }
}

/** The bill of a month, from what was measured and what is deployed. */
export function billOf(month: Month, measured: Measured, settings: AppSettings): Bill {
  const runs = runsOf(month)
  const lines = useCases.flatMap((useCase) => {
    const quantities = quantitiesOf(measured.useCases[useCase], measured, settings)
    if (useCase === 'attachment saga') addFile(quantities, settings)
    return linesOf(useCase, quantities, runs[useCase])
  })
  const idle = linesOf('idle', idleQuantities(measured, settings), 1)
  const all = [...lines, ...idle].filter(({ quantity }) => quantity > 0)
  return { lines: all, usd: sumOf(all) }
}

export function sumOf(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0)
}

function linesOf(share: Share, quantities: Quantities, runs: number): BillLine[] {
  return (Object.entries(quantities) as [PriceName, number][]).map(([price, perRun]) => {
    const service = serviceOf[price]
    if (!service) throw new Error(`${price} is not a price of this app's bill`)
    const quantity = perRun * runs
    return { service, share, price, quantity, usd: quantity * priceOf[price].usd }
  })
}

const gigabyte = 1e9

/** What one run of a use case consumes, in units of prices. */
export function quantitiesOf(
  usage: Usage,
  { logBytes, functionUse }: Pick<Measured, 'logBytes' | 'functionUse'>,
  settings: AppSettings,
): Quantities {
  const { read, write, storedBytes } = databaseUse(usage, settings)
  const total = (counts: Record<string, number>, fits: (name: string) => boolean = () => true) =>
    Object.entries(counts).reduce((sum, [name, count]) => sum + (fits(name) ? count : 0), 0)
  const isObjectWrite = (name: string) => /s3 (Put|Copy|Post|List|Create|Upload)/.test(name)
  const isObjectRead = (name: string) => / s3 /.test(name) && !isObjectWrite(name) && !/s3 Delete/.test(name)
  const logged = Object.entries(usage.invocations).reduce(
    (sum, [name, count]) => sum + count * ((logBytes[name] ?? 0) + assumed.platformLogBytes),
    usage.requests * assumed.accessLogBytes + usage.historyBytes,
  )
  return {
    restRequest: usage.requests,
    invocation: total(usage.invocations),
    [settings.isArm ? 'armGigabyteSecond' : 'x86GigabyteSecond']: gigabyteSeconds(usage, functionUse, settings),
    readUnit: read,
    writeUnit: write,
    tableGigabyteMonth: storedBytes / gigabyte,
    recoveryGigabyteMonth: storedBytes / gigabyte,
    fifoRequest: total(usage.calls, (name) => / sqs /.test(name)) + 2 * total(usage.batches),
    transition: usage.transitions,
    mail: total(usage.calls, (name) => / ses Send/.test(name)),
    objectWrite: total(usage.calls, isObjectWrite),
    objectRead: total(usage.calls, isObjectRead),
    logGigabyte: logged / gigabyte,
  }
}

/** Rows of these tables are gone before the month ends; all others are counted as stored for one month. */
const shortLived = ['RequestKeys', 'RateLimits']

function databaseUse({ database }: Usage, { tables }: AppSettings) {
  const use = { read: 0, write: 0, storedBytes: 0 }
  for (const call of database) {
    const { read, write } = capacityOf(call, tables)
    use.read += read * call.times
    use.write += write * call.times
    for (const row of call.rows) {
      if (call.operation.includes('Get') || shortLived.includes(row.table)) continue
      const grown = (row.bytesAfter ?? 0) - (row.bytesBefore ?? 0) + indexedBytes(row, tables)
      use.storedBytes += grown * call.times
    }
  }
  return use
}

/** CPU time as measured, at the speed that the function's memory buys, and waiting as in `assumed`, which no machine but AWS's can tell. */
function gigabyteSeconds(
  { invocations, calls, database }: Usage,
  functionUse: Measured['functionUse'],
  { memoryMb }: AppSettings,
): number {
  const callsBy: Record<string, number> = {}
  for (const [name, count] of Object.entries(calls)) {
    const [caller = ''] = name.split(' ')
    callsBy[caller] = (callsBy[caller] ?? 0) + count
  }
  for (const call of database) callsBy[call.function] = (callsBy[call.function] ?? 0) + call.times
  return Object.entries(memoryMb).reduce((sum, [name, megabytes]) => {
    const used = functionUse[name]
    if (!used)
      throw new Error(`${name} is deployed and its CPU time is not measured: npm run cost -- --measure-functions`)
    const ms = (invocations[name] ?? 0) * scaledMs(used.meanCpuMs, megabytes) + (callsBy[name] ?? 0) * assumed.msPerCall
    return sum + (ms / 1_000) * (megabytes / 1_024)
  }, 0)
}

/** A file is put by its owner, scanned where a scan is deployed, and kept for the month. */
function addFile(quantities: Quantities, { isScanned }: AppSettings): void {
  quantities.objectWrite = (quantities.objectWrite ?? 0) + 1
  quantities.objectGigabyteMonth = assumed.attachmentBytes / gigabyte
  if (!isScanned) return
  quantities.scannedObject = 1
  quantities.scannedGigabyte = assumed.attachmentBytes / gigabyte
}

function idleQuantities(measured: Measured, settings: AppSettings): Quantities {
  const total: Quantities = {
    fifoRequest: settings.polledQueues * assumed.idlePollsPerQueueMonth,
    alarmMonth: settings.alarms,
    metricMonth: settings.customMetrics,
    keyMonth: settings.keys,
  }
  for (const [name, runs] of Object.entries(settings.schedules)) {
    const usage = measured.idle[name]
    if (!usage) throw new Error(`${name} runs on a schedule and is not measured: npm run cost -- --measure`)
    const { tableGigabyteMonth: _, recoveryGigabyteMonth: __, ...quantities } = quantitiesOf(usage, measured, settings)
    for (const [price, quantity] of Object.entries(quantities) as [PriceName, number][])
      total[price] = (total[price] ?? 0) + quantity * runs
  }
  return total
}
