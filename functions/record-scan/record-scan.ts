import type { Observer } from '../../app/observer.ts'
import { handleScanVerdict, type ScanDeps } from './handle-scan-verdict.ts'
import { parseScanResult } from './scan-result.ts'

/**
 * Records one verdict of the malware scanner. When it throws, Lambda tries twice more and then sends the event to the dead-letter
 * queue: unlike an upload, a verdict exists nowhere else, so no sweeper could find it.
 */
export async function recordScan(
  { observer, ...deps }: ScanDeps & { observer: Observer },
  event: unknown,
  deadlineMs: number,
): Promise<void> {
  const { key, etag, verdict, scanFailed } = parseScanResult(event)
  const outcome = await handleScanVerdict(deps, { key, etag, verdict }, deadlineMs)
  const facts = { key, etag, ...verdict, outcome }
  if (scanFailed) observer.count('UploadsNotScanned')
  if (outcome === 'contradicted' || outcome === 'taken-back') {
    observer.error('malware found in a file that had passed the scan', facts)
    observer.count('InfectedAfterClean')
  } else observer.info('scan verdict recorded', facts)
}
