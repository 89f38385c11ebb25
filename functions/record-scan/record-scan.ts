import type { Observer } from '../../app/observer.ts'
import { handleScanVerdict, type ScanDeps } from './handle-scan-verdict.ts'
import { scanResultOf } from './scan-result.ts'

/**
 * Takes note of one verdict. Throws when it could not be taken note of: Lambda tries twice more, then it is a dead letter. Unlike an
 * upload, a verdict lies nowhere where a sweeper could find it.
 */
export async function recordScan(scans: ScanDeps, observer: Observer, event: unknown): Promise<void> {
  const { key, etag, verdict, isScannersFault } = scanResultOf(event)
  const outcome = await handleScanVerdict(scans, { key, etag, verdict })
  const facts = { key, etag, ...verdict }
  if (isScannersFault) observer.count('UploadsNotScanned')
  if (outcome === 'contradicted') {
    observer.error('malware was found in what was called clean before', facts)
    observer.count('InfectedAfterClean')
  } else observer.info(outcome, facts)
}
