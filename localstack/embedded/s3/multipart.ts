import { AwsError } from '../aws-error.ts'
import { type Algorithm, algorithmOf, type Checksum, checkFormat } from './checksums.ts'
import type { StoredPart } from './uploads.ts'
import { childrenOf, malformed, parseXml, textOf } from './xml.ts'

/** Source: Amazon S3 User Guide, "Multipart upload limits". The last part may be smaller. */
const partBytesMin = 5 * 1024 * 1024
const partNumberMax = 10_000

/** Which type an upload's checksum has. Throws `InvalidRequest` for one that the algorithm does not have. */
export function checksumTypeOf(algorithm: Algorithm, asked: string | undefined): Checksum['type'] {
  const isFullOnly = algorithm === 'CRC64NVME'
  const isCompositeOnly = algorithm.startsWith('SHA')
  if (asked === undefined) return isFullOnly ? 'FULL_OBJECT' : 'COMPOSITE'
  if (asked !== 'FULL_OBJECT' && asked !== 'COMPOSITE')
    throw new AwsError('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.', 400)
  if ((asked === 'COMPOSITE' && isFullOnly) || (asked === 'FULL_OBJECT' && isCompositeOnly))
    throw new AwsError(
      'InvalidRequest',
      `The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
      400,
    )
  return asked
}

export function partNumberOf(text: string | null): number {
  const number = Number(text)
  if (text !== null && /^\d+$/.test(text) && number >= 1 && number <= partNumberMax) return number
  throw new AwsError(
    'InvalidArgument',
    `Part number must be an integer between 1 and ${partNumberMax}, inclusive`,
    400,
    {
      ArgumentName: 'partNumber',
      ArgumentValue: text ?? '',
    },
  )
}

/** A part as the request that completes an upload names it. */
export interface NamedPart {
  number: number
  /** Without quotes. */
  etag: string
  checksums: Partial<Record<Algorithm, string>>
}

/** The parts of a `CompleteMultipartUpload` document. Throws `MalformedXML`. */
export function parseComplete(body: string): NamedPart[] {
  const root = parseXml(body)
  const parts = childrenOf(root, 'Part')
  if (root.name !== 'CompleteMultipartUpload' || parts.length === 0 || parts.length > partNumberMax) throw malformed()
  return parts.map((part) => {
    const number = Number(textOf(part, 'PartNumber'))
    const etag = textOf(part, 'ETag')
    if (!Number.isInteger(number) || etag === undefined) throw malformed()
    const checksums: NamedPart['checksums'] = {}
    for (const { name, text } of part.children) {
      const [, algorithm] = /^Checksum(.+)$/.exec(name) ?? []
      const known = algorithmOf(algorithm)
      if (known) checkFormat(known, text)
      if (known) checksums[known] = text
    }
    return { number, etag: etag.trim().replaceAll('"', ''), checksums }
  })
}

/**
 * The stored parts that make up the object, in order. Throws `InvalidPartOrder`, `InvalidPart` for one that is missing or was replaced,
 * `EntityTooSmall`, and `InvalidRequest` where a checksum is due.
 */
export function chosenParts(
  named: readonly NamedPart[],
  stored: readonly StoredPart[],
  { algorithm, needsChecksums }: { algorithm: Algorithm; needsChecksums: boolean },
): StoredPart[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]))
  if (named.some(({ number }, index) => index > 0 && number <= (named[index - 1]?.number ?? 0)))
    throw new AwsError(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
      400,
    )
  return named.map(({ number, etag, checksums }, index) => {
    const part = byNumber.get(number)
    const promised = checksums[algorithm]
    if (!part || part.etag !== etag || (promised !== undefined && promised !== part.checksum))
      throw invalidPart(number, etag)
    if (needsChecksums && promised === undefined)
      throw new AwsError(
        'InvalidRequest',
        `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
        400,
      )
    if (part.sizeBytes < partBytesMin && index < named.length - 1)
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: part.sizeBytes,
        MinSizeAllowed: partBytesMin,
        PartNumber: number,
        ETag: etag,
      })
    return part
  })
}

function invalidPart(number: number, etag: string): AwsError {
  return new AwsError(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { PartNumber: number, ETag: etag },
  )
}
