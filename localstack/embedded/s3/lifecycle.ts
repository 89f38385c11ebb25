import { AwsError } from '../aws-error.ts'
import { childOf, childrenOf, type Element, malformed, parseXml, textOf, writeXml } from './xml.ts'

/** What happens to the objects with a prefix, and when. */
export interface LifecycleRule {
  isEnabled: boolean
  prefix: string
  expirationDays?: number | undefined
  /** Removes a delete marker with nothing behind it. */
  expiresDeleteMarkers?: boolean | undefined
  noncurrentDays?: number | undefined
  /** How many older versions stay, whatever their age. */
  noncurrentVersionsKept?: number | undefined
  abortUploadsAfterDays?: number | undefined
}

const dayMs = 24 * 60 * 60 * 1000

/** Whether so many days have passed: S3 adds them and rounds up to the next midnight UTC. Source: Amazon S3 User Guide, "Lifecycle". */
export function isDue(sinceMs: number, days: number, nowMs: number): boolean {
  return Math.ceil((sinceMs + days * dayMs) / dayMs) * dayMs <= nowMs
}

/** A version as lifecycle rules see it. */
export interface AgingVersion {
  seq: number
  isMarker: boolean
  modifiedMs: number
}

/**
 * What the rules of a key's prefix do to its versions, newest first: `expire` puts a delete marker before the current version, or removes
 * it where the bucket keeps no versions; `remove` names versions to remove for good.
 */
export function dueVersions(
  rules: readonly LifecycleRule[],
  versions: readonly AgingVersion[],
  nowMs: number,
): { expires: boolean; removed: AgingVersion[] } {
  const [current, ...older] = versions
  if (!current) return { expires: false, removed: [] }
  const removed = older.filter((_version, index) =>
    rules.some(
      ({ noncurrentDays, noncurrentVersionsKept = 0 }) =>
        noncurrentDays !== undefined &&
        index >= noncurrentVersionsKept &&
        // A version is noncurrent since the next one came.
        isDue(versions[index]?.modifiedMs ?? nowMs, noncurrentDays, nowMs),
    ),
  )
  const isLoneMarker = current.isMarker && older.length === 0
  if (isLoneMarker && rules.some((rule) => markerIsDue(rule, current, nowMs)))
    return { expires: false, removed: [current] }
  const expires =
    !current.isMarker &&
    rules.some(({ expirationDays: days }) => days !== undefined && isDue(current.modifiedMs, days, nowMs))
  return { expires, removed }
}

function markerIsDue({ expiresDeleteMarkers, expirationDays }: LifecycleRule, marker: AgingVersion, nowMs: number) {
  return (
    expiresDeleteMarkers === true || (expirationDays !== undefined && isDue(marker.modifiedMs, expirationDays, nowMs))
  )
}

const knownElements: Record<string, readonly string[]> = {
  Rule: [
    ...['ID', 'Status', 'Prefix', 'Filter', 'Expiration', 'NoncurrentVersionExpiration'],
    'AbortIncompleteMultipartUpload',
  ],
  Filter: ['Prefix'],
  Expiration: ['Days', 'ExpiredObjectDeleteMarker'],
  NoncurrentVersionExpiration: ['NoncurrentDays', 'NewerNoncurrentVersions'],
  AbortIncompleteMultipartUpload: ['DaysAfterInitiation'],
}

/** The rules of a `LifecycleConfiguration`. Throws `MalformedXML`, `InvalidArgument`, and 501 for what these rules can't say. */
export function parseLifecycle(body: string): LifecycleRule[] {
  const root = parseXml(body)
  const rules = childrenOf(root, 'Rule')
  if (root.name !== 'LifecycleConfiguration' || rules.length === 0) throw malformed()
  return rules.map((rule) => {
    refuseUnknown(rule)
    const status = textOf(rule, 'Status')
    if (status !== 'Enabled' && status !== 'Disabled') throw malformed()
    const expiration = childOf(rule, 'Expiration')
    const noncurrent = childOf(rule, 'NoncurrentVersionExpiration')
    const parsed: LifecycleRule = {
      isEnabled: status === 'Enabled',
      prefix: textOf(childOf(rule, 'Filter'), 'Prefix') ?? textOf(rule, 'Prefix') ?? '',
      expirationDays: days(textOf(expiration, 'Days'), 'Expiration'),
      expiresDeleteMarkers: textOf(expiration, 'ExpiredObjectDeleteMarker') === 'true' || undefined,
      noncurrentDays: days(textOf(noncurrent, 'NoncurrentDays'), 'NoncurrentVersionExpiration'),
      noncurrentVersionsKept: days(textOf(noncurrent, 'NewerNoncurrentVersions'), 'NewerNoncurrentVersions'),
      abortUploadsAfterDays: days(
        textOf(childOf(rule, 'AbortIncompleteMultipartUpload'), 'DaysAfterInitiation'),
        'AbortIncompleteMultipartUpload',
      ),
    }
    const { isEnabled: _enabled, prefix: _prefix, noncurrentVersionsKept: _kept, ...actions } = parsed
    if (Object.values(actions).every((one) => one === undefined))
      throw new AwsError('InvalidRequest', 'At least one action needs to be specified in a rule', 400)
    return parsed
  })
}

function refuseUnknown(element: Element): void {
  for (const child of element.children) {
    if (!knownElements[element.name]?.includes(child.name))
      throw new AwsError(
        'NotImplemented',
        `The embedded stack's S3 does not support ${child.name} in ${element.name} of a lifecycle configuration.`,
        501,
      )
    if (knownElements[child.name]) refuseUnknown(child)
  }
}

function days(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new AwsError('InvalidArgument', `'${name}' must be a positive integer`, 400)
}

/** The document that says these rules, as `GetBucketLifecycleConfiguration` answers it. */
export function writeLifecycle(rules: readonly LifecycleRule[]): string {
  return writeXml('LifecycleConfiguration', {
    Rule: rules.map((rule, index) => ({
      ID: `rule-${index + 1}`,
      Filter: { Prefix: rule.prefix },
      Status: rule.isEnabled ? 'Enabled' : 'Disabled',
      Expiration:
        rule.expirationDays === undefined && !rule.expiresDeleteMarkers
          ? undefined
          : { Days: rule.expirationDays, ExpiredObjectDeleteMarker: rule.expiresDeleteMarkers },
      NoncurrentVersionExpiration:
        rule.noncurrentDays === undefined
          ? undefined
          : { NoncurrentDays: rule.noncurrentDays, NewerNoncurrentVersions: rule.noncurrentVersionsKept },
      AbortIncompleteMultipartUpload:
        rule.abortUploadsAfterDays === undefined ? undefined : { DaysAfterInitiation: rule.abortUploadsAfterDays },
    })),
  })
}
