/**
 * Whether uploads are scanned for malware here, which decides about the form of the attachment saga: `MALWARE_SCAN`. Throws `Error` on a
 * scanner that is not known.
 */
export function uploadsAreScanned(env: NodeJS.ProcessEnv = process.env): boolean {
  const { MALWARE_SCAN: scanner } = env
  if (scanner !== undefined && scanner !== 'guardduty') throw new Error(`there is no malware scan "${scanner}"`)
  return scanner !== undefined
}
