/** Run by a test that kills it: changes objects, several at once, and prints each change before it begins and once it is acknowledged. */
import { openObjects } from '../../s3/objects.ts'
import { bodyOf, isDeletion, keys } from './written-objects.ts'

const [dataDir = '', from = '0'] = process.argv.slice(2)
const objects = openObjects({ dataDir, log: { info: () => {}, warn: (message) => console.error(message) } })
await objects.ensureBucket('files')
let next = Number(from)

async function change(key: string): Promise<never> {
  for (;;) {
    const number = next++
    console.log(JSON.stringify(['began', key, number]))
    const bytes = isDeletion(number) ? Buffer.alloc(0) : Buffer.from(bodyOf(number))
    await objects.answer({
      operation: isDeletion(number) ? 'DeleteObject' : 'PutObject',
      bucket: 'files',
      key,
      query: new URLSearchParams(),
      headers: { 'content-length': String(bytes.length) },
      body: inPieces(bytes),
    })
    console.log(JSON.stringify(['ended', key, number]))
  }
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += 10_000) yield bytes.subarray(from, from + 10_000)
}

await Promise.all(keys.map(change))
