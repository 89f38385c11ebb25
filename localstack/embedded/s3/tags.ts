import { AwsError } from '../aws-error.ts'
import { childOf, childrenOf, malformed, parseXml, textOf } from './xml.ts'

export interface Tag {
  Key: string
  Value: string
}

const objectTagsMax = 10
const bucketTagsMax = 50

/** The `Tagging` document of a request. Throws `MalformedXML`, `InvalidTag`, `BadRequest`. */
export function parseTagging(body: string, of: 'object' | 'bucket'): Tag[] {
  const root = parseXml(body)
  const set = childOf(root, 'TagSet')
  if (root.name !== 'Tagging' || !set) throw malformed()
  return checkTags(
    childrenOf(set, 'Tag').map((tag) => {
      const Key = textOf(tag, 'Key')
      const Value = textOf(tag, 'Value')
      if (Key === undefined || Value === undefined) throw malformed()
      return { Key, Value }
    }),
    of,
  )
}

/** The header `x-amz-tagging`, which is written like a query. */
export function parseTaggingHeader(header: string | undefined): Tag[] {
  const tags = [...new URLSearchParams(header ?? '')].map(([Key, Value]) => ({ Key, Value }))
  return checkTags(tags, 'object')
}

/** Source: Amazon S3 User Guide, "Categorizing your objects using tags". */
function checkTags(tags: Tag[], of: 'object' | 'bucket'): Tag[] {
  const max = of === 'object' ? objectTagsMax : bucketTagsMax
  if (tags.length > max)
    throw new AwsError('BadRequest', `${of === 'object' ? 'Object' : 'Bucket'} tags cannot be greater than ${max}`, 400)
  for (const { Key, Value } of tags) {
    if (Key === '' || [...Key].length > 128 || !isTagText(Key))
      throw new AwsError('InvalidTag', 'The TagKey you have provided is invalid', 400, { TagKey: Key })
    if ([...Value].length > 256 || !isTagText(Value))
      throw new AwsError('InvalidTag', 'The TagValue you have provided is invalid', 400, {
        TagKey: Key,
        TagValue: Value,
      })
    if (Key.startsWith('aws:'))
      throw new AwsError('InvalidTag', 'System tags cannot be added/updated by requester', 400)
  }
  if (new Set(tags.map(({ Key }) => Key)).size < tags.length)
    throw new AwsError('InvalidTag', 'Cannot provide multiple Tags with the same key', 400)
  return tags
}

function isTagText(text: string): boolean {
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text)
}
