import type { ImmediateVerdict, ScannedObject, Scanner } from './scanner.ts'

/**
 * {@link Scanner} that detects the EICAR test file (https://www.eicar.org/download-anti-malware-testfile/) and nothing else, so that
 * an infected upload can be tried on every target. It protects from no real malware.
 */
export class EicarScanner implements Scanner {
  async scan({ bytes }: ScannedObject): Promise<ImmediateVerdict> {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(testFile)
      ? { verdict: 'infected', threat: 'EICAR-Test-File' }
      : { verdict: 'clean' }
  }
}

/** Split in two, or malware scanners would report this source file and every bundle of it as infected. */
const testFile = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')
