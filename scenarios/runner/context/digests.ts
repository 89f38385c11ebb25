import { DeleteObjectCommand, ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3'
import { clientConfig, type Target } from '../../../proof/target.ts'

/** Tries to delete the only version of a digest. Returns the name of the error, or `deleted`. */
export async function removeForGood({ outputs, edgeUrl }: Target, Key: string): Promise<string> {
  const { DigestsBucket: Bucket } = outputs
  const client = new S3Client({ ...clientConfig(edgeUrl), forcePathStyle: edgeUrl !== undefined })
  try {
    const { Versions: [version] = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }))
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: version?.VersionId }))
    return 'deleted'
  } catch (error) {
    return (error as Error).name
  } finally {
    client.destroy()
  }
}
