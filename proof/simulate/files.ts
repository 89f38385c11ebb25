import { createHash } from 'node:crypto'
import type { FileDeclaration } from '../../domain/attachment.ts'

/** A file that a client may upload, as it declares it. */
export interface SimulatedFile {
  declared: FileDeclaration
  bytes: Uint8Array
}

/** Split in two, or malware scanners would report this source file. */
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

/** One that is what it claims to be, one in which a scan finds malware, and one that is no image. */
export const files = {
  harmless: fileOf('fire.txt', 'text/plain', 'It burns.'),
  infected: fileOf('fire.exe.txt', 'text/plain', eicar),
  mislabelled: fileOf('fire.png', 'image/png', 'It burns.'),
} as const satisfies Record<string, SimulatedFile>

function fileOf(fileName: string, contentType: FileDeclaration['contentType'], text: string): SimulatedFile {
  const bytes = Buffer.from(text)
  return { declared: { fileName, contentType, sizeBytes: bytes.length, sha256: sha256Of(bytes) }, bytes }
}

/** The file with this digest, among those that clients upload. */
export function fileWith(sha256: string): SimulatedFile | undefined {
  return Object.values(files).find(({ declared }) => declared.sha256 === sha256)
}

/** The hash, in hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
