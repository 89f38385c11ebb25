import { AwsError } from '../aws-error.ts'
import type { Buckets } from './buckets.ts'
import { childOf, malformed, parseXml, textOf, writeXml } from './xml.ts'

const modes = ['GOVERNANCE', 'COMPLIANCE'] as const

/** What a bucket with Object Lock gives each new object. */
export interface DefaultRetention {
  mode: (typeof modes)[number]
  days: number
}

/** Until when a version can't be deleted. Someone with the right to do so may bypass governance, and nobody compliance. */
export interface Retention {
  mode: DefaultRetention['mode']
  untilMs: number
}

interface Retained {
  facts: { retention?: Retention | undefined }
}

const setting = 'objectLock'
const dayMs = 86_400_000
const daysOfYear = 365

/** Turns Object Lock on for good, and versioning with it. Source: Amazon S3 User Guide, "How S3 Object Lock works". */
export function enableObjectLock(buckets: Buckets, bucket: string, retention: DefaultRetention | undefined): void {
  buckets.setVersioning(bucket, 'Enabled')
  buckets.set(bucket, setting, writeObjectLock(retention))
}

/** The configuration as text; undefined for a bucket without Object Lock. */
export function objectLockOf(buckets: Buckets, bucket: string): string | undefined {
  return buckets.setting(bucket, setting)
}

/** The retention of a version that is stored now. */
export function newRetention(buckets: Buckets, bucket: string, nowMs: number): Retention | undefined {
  const stored = objectLockOf(buckets, bucket)
  const retention = stored === undefined ? undefined : parseObjectLock(stored)
  return retention && { mode: retention.mode, untilMs: nowMs + retention.days * dayMs }
}

export function isLocked({ facts: { retention } }: Retained, nowMs: number): boolean {
  return retention !== undefined && nowMs < retention.untilMs
}

/** Throws `AccessDenied` for a version that is locked. `bypasses`: the caller asks to bypass governance, and may. */
export function judgeDeletion(version: Retained | undefined, nowMs: number, bypasses: boolean): void {
  if (!version || !isLocked(version, nowMs)) return
  if (bypasses && version.facts.retention?.mode === 'GOVERNANCE') return
  throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', 403)
}

export function lockHeaders(retention: Retention | undefined): Record<string, string> {
  if (!retention) return {}
  const { mode, untilMs } = retention
  return { 'x-amz-object-lock-mode': mode, 'x-amz-object-lock-retain-until-date': new Date(untilMs).toISOString() }
}

/** Throws `MalformedXML`. */
export function parseObjectLock(text: string): DefaultRetention | undefined {
  const root = parseXml(text)
  if (root.name !== 'ObjectLockConfiguration' || textOf(root, 'ObjectLockEnabled') !== 'Enabled') throw malformed()
  const rule = childOf(root, 'Rule')
  if (!rule) return undefined
  const retention = childOf(rule, 'DefaultRetention')
  const mode = modes.find((each) => retention && each === textOf(retention, 'Mode'))
  const [days, years] = ['Days', 'Years'].map((name) => retention && textOf(retention, name))
  const count = Number(days ?? years)
  if (!mode || (days === undefined) === (years === undefined) || !Number.isInteger(count) || count < 1)
    throw malformed()
  return { mode, days: days === undefined ? count * daysOfYear : count }
}

function writeObjectLock(retention: DefaultRetention | undefined): string {
  const rule = retention && { DefaultRetention: { Mode: retention.mode, Days: retention.days } }
  return writeXml('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled', Rule: rule })
}
