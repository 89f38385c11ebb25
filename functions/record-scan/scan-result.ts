import * as z from 'zod'
import type { ScanVerdict } from '../../domain/scan-verdict.ts'

const results = ['NO_THREATS_FOUND', 'THREATS_FOUND', 'UNSUPPORTED', 'ACCESS_DENIED', 'FAILED'] as const

/**
 * GuardDuty's scan result for one object. EventBridge delivers it at least once and in no order. The schema covers the members used
 * here; the others may change. Sources, both in the Amazon GuardDuty User Guide: "Monitoring S3 object scans with Amazon
 * EventBridge" (https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html), and for the
 * meaning of the results "S3 object potential scan status and result status" (…/ug/monitoring-malware-protection-s3-scans-gdu.html).
 */
export const ObjectScanResult = z.object({
  source: z.literal('aws.guardduty'),
  'detail-type': z.literal('GuardDuty Malware Protection Object Scan Result'),
  detail: z.object({
    resourceType: z.literal('S3_OBJECT'),
    s3ObjectDetails: z.object({
      objectKey: z.string(),
      /** MD5 in hex; for a multipart upload followed by the number of parts. */
      eTag: z.string().regex(/^"?[0-9a-f]{32}(-\d+)?"?$/),
    }),
    scanResultDetails: z.object({
      scanResultStatus: z.enum(results),
      threats: z.array(z.object({ name: z.string() })).nullish(),
    }),
  }),
})

export interface ScanResult {
  key: string
  /** The ETag as the event has it, possibly quoted. */
  etag: string
  verdict: ScanVerdict
  /** GuardDuty could not scan the object, for a reason other than its content. */
  scanFailed: boolean
}

/** Throws `ZodError` when the event is not a scan result, or has an unknown result status. */
export function parseScanResult(event: unknown): ScanResult {
  const { s3ObjectDetails, scanResultDetails } = ObjectScanResult.parse(event).detail
  const { objectKey: key, eTag: etag } = s3ObjectDetails
  const { scanResultStatus, threats } = scanResultDetails
  const scanFailed = scanResultStatus === 'ACCESS_DENIED' || scanResultStatus === 'FAILED'
  return { key, etag, verdict: toVerdict(scanResultStatus, threats?.[0]?.name), scanFailed }
}

/** Only a completed scan without findings makes a file clean. */
function toVerdict(status: (typeof results)[number], threat = 'unnamed threat'): ScanVerdict {
  switch (status) {
    case 'NO_THREATS_FOUND':
      return { verdict: 'clean' }
    case 'THREATS_FOUND':
      return { verdict: 'infected', threat: threat.slice(0, 100) }
    case 'UNSUPPORTED':
      return { verdict: 'unscannable', why: 'the scanner does not support this file' }
    case 'ACCESS_DENIED':
      return { verdict: 'unscannable', why: 'the scanner was denied access' }
    case 'FAILED':
      return { verdict: 'unscannable', why: 'the scan failed' }
    default:
      return status satisfies never
  }
}
