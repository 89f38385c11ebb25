import * as z from 'zod'
import type { ScanVerdict } from '../../domain/scan-verdict.ts'

const results = ['NO_THREATS_FOUND', 'THREATS_FOUND', 'UNSUPPORTED', 'ACCESS_DENIED', 'FAILED'] as const

/**
 * GuardDuty's verdict on one object, as EventBridge tells it: at least once, in no order. `resources` holds the protection plan.
 * What is not used here may change. Source: Amazon GuardDuty User Guide, "Monitoring S3 object scans with Amazon EventBridge"
 * (https://docs.aws.amazon.com/guardduty/latest/ug/monitor-with-eventbridge-s3-malware-protection.html); what the results mean:
 * "S3 object potential scan status and result status" (…/ug/monitoring-malware-protection-s3-scans-gdu.html).
 */
const ObjectScanResult = z.object({
  source: z.literal('aws.guardduty'),
  'detail-type': z.literal('GuardDuty Malware Protection Object Scan Result'),
  detail: z.object({
    resourceType: z.literal('S3_OBJECT'),
    s3ObjectDetails: z.object({
      objectKey: z.string(),
      /** MD5 in hex, also that of several parts with their number behind it. */
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
  /** As the event has it. */
  etag: string
  verdict: ScanVerdict
  /** Nothing was wrong with the file: GuardDuty could not look at it. */
  isScannersFault: boolean
}

/** Throws `ZodError` on what is no such event, a result that is not known here among it. */
export function scanResultOf(event: unknown): ScanResult {
  const { s3ObjectDetails, scanResultDetails } = ObjectScanResult.parse(event).detail
  const { objectKey: key, eTag: etag } = s3ObjectDetails
  const { scanResultStatus, threats } = scanResultDetails
  const isScannersFault = scanResultStatus === 'ACCESS_DENIED' || scanResultStatus === 'FAILED'
  return { key, etag, verdict: verdictOf(scanResultStatus, threats?.[0]?.name), isScannersFault }
}

/** Nothing but a scan that found nothing makes a file clean. */
function verdictOf(status: (typeof results)[number], threat = 'a threat without a name'): ScanVerdict {
  switch (status) {
    case 'NO_THREATS_FOUND':
      return { verdict: 'clean' }
    case 'THREATS_FOUND':
      return { verdict: 'infected', threat: threat.slice(0, 100) }
    case 'UNSUPPORTED':
      return { verdict: 'unscannable', why: 'the scanner does not support it' }
    case 'ACCESS_DENIED':
      return { verdict: 'unscannable', why: 'the scanner was not let at it' }
    case 'FAILED':
      return { verdict: 'unscannable', why: 'the scan failed' }
    default:
      return status satisfies never
  }
}
