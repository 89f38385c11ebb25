import { describe, expect, it } from 'vitest'
import { noopObserver } from '../../app/observer.ts'
import { recordScan } from '../../functions/record-scan/record-scan.ts'
import { parseScanResult } from '../../functions/record-scan/scan-result.ts'
import { AttachmentCase, png, promiseOf } from './attachment-fixture.ts'

const etag = 'd41d8cd98f00b204e9800998ecf8427e'

/** An event as in the GuardDuty User Guide, with the omitted fields filled in. */
function event(
  scanResultDetails: Record<string, unknown>,
  s3ObjectDetails: Record<string, unknown> = {},
  others: Record<string, unknown> = {},
) {
  const { scanResultStatus } = scanResultDetails
  const scanStatus: Record<string, string> = { UNSUPPORTED: 'SKIPPED', ACCESS_DENIED: 'SKIPPED', FAILED: 'FAILED' }
  return {
    version: '0',
    id: '72c7d362-737a-6dce-fc78-9e27a0171419',
    'detail-type': 'GuardDuty Malware Protection Object Scan Result',
    source: 'aws.guardduty',
    account: '111122223333',
    time: '2026-03-01T12:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:guardduty:us-east-1:111122223333:malware-protection-plan/b4c7f464ab3a4EXAMPLE'],
    detail: {
      schemaVersion: '1.0',
      scanStatus: scanStatus[String(scanResultStatus)] ?? 'COMPLETED',
      resourceType: 'S3_OBJECT',
      s3ObjectDetails: {
        bucketName: 'bucket',
        objectKey: 'quarantine/acme/T/A',
        eTag: etag,
        versionId: 'null',
        s3Throttled: false,
        ...s3ObjectDetails,
      },
      scanResultDetails,
    },
    ...others,
  }
}

describe("GuardDuty's event", () => {
  it.each([
    [{ scanResultStatus: 'NO_THREATS_FOUND', threats: null }, { verdict: 'clean' }],
    [
      { scanResultStatus: 'THREATS_FOUND', threats: [{ name: 'EICAR-Test-File (not a virus)' }, { name: 'Other' }] },
      { verdict: 'infected', threat: 'EICAR-Test-File (not a virus)' },
    ],
    [{ scanResultStatus: 'THREATS_FOUND' }, { verdict: 'infected', threat: 'unnamed threat' }],
    [
      { scanResultStatus: 'UNSUPPORTED', threats: null },
      { verdict: 'unscannable', why: expect.any(String) },
    ],
    [
      { scanResultStatus: 'ACCESS_DENIED', threats: null },
      { verdict: 'unscannable', why: expect.any(String) },
    ],
    [
      { scanResultStatus: 'FAILED', threats: null },
      { verdict: 'unscannable', why: expect.any(String) },
    ],
  ])('with %j becomes %j', (details, verdict) => {
    expect(parseScanResult(event(details))).toMatchObject({ key: 'quarantine/acme/T/A', etag, verdict })
  })

  it('truncates the name of a threat to a length that an answer can carry', () => {
    const long = event({ scanResultStatus: 'THREATS_FOUND', threats: [{ name: 'x'.repeat(5_000) }] })
    expect(parseScanResult(long).verdict).toEqual({ verdict: 'infected', threat: 'x'.repeat(100) })
  })

  it.each([
    ['an unknown result', event({ scanResultStatus: 'PROBABLY_FINE' })],
    ['a result of something else', event({ scanResultStatus: 'NO_THREATS_FOUND' }, {}, { source: 'aws.s3' })],
    [
      'another event of GuardDuty',
      event({ scanResultStatus: 'NO_THREATS_FOUND' }, {}, { 'detail-type': 'GuardDuty Finding' }),
    ],
    ['no ETag', event({ scanResultStatus: 'NO_THREATS_FOUND' }, { eTag: '' })],
    [
      'an ETag that would be another attribute',
      event({ scanResultStatus: 'NO_THREATS_FOUND' }, { eTag: 'etag_infected' }),
    ],
  ])('is refused when it contains %s', (_, event) => {
    expect(() => parseScanResult(event)).toThrow()
  })
})

describe('the function that receives verdicts', () => {
  it('records a verdict and wakes the saga that waits for it, from the event alone', async () => {
    const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
    const uploading = await file.start()
    file.put(png)
    const waiting = await uploading.resume()
    const { etag: eTag = '' } = (await file.objects.head(file.key)) ?? {}
    const details = { objectKey: file.key, eTag: eTag.replaceAll('"', '') }
    const before = file.callbacks.called.length
    await recordScan(
      { ...file.recording, observer: noopObserver },
      event({ scanResultStatus: 'NO_THREATS_FOUND', threats: null }, details),
      file.runtime.now() + 10_000,
    )
    expect(file.callbacks.called).toHaveLength(before + 1)
    await waiting.resume()
    expect(await file.get()).toMatchObject({ state: 'ready' })
  })

  it('reports files that the scanner could not read, and malware in files that were found clean before', async () => {
    const file = await new AttachmentCase({ isScanned: true }).request(promiseOf(png))
    const counted: string[] = []
    const observer = { ...noopObserver, count: (metric: string) => void counted.push(metric) }
    const say = (details: Record<string, unknown>) =>
      recordScan({ ...file.recording, observer }, event(details, { objectKey: file.key }), file.runtime.now() + 10_000)
    await say({ scanResultStatus: 'UNSUPPORTED' })
    expect(counted).toEqual([])
    await say({ scanResultStatus: 'FAILED' })
    await say({ scanResultStatus: 'NO_THREATS_FOUND' })
    expect(counted).toEqual(['UploadsNotScanned'])
    await say({ scanResultStatus: 'THREATS_FOUND', threats: [{ name: 'Late' }] })
    expect(counted).toEqual(['UploadsNotScanned', 'InfectedAfterClean'])
  })
})
