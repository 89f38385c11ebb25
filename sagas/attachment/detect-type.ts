import { fileTypeFromBuffer } from 'file-type'

/** The media type that the content of a file has by its signature; undefined without one. */
export async function detectType(bytes: Uint8Array): Promise<string | undefined> {
  return (await fileTypeFromBuffer(bytes))?.mime
}
