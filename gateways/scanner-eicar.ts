import type { ScannedObject, Scanner, Verdict } from './scanner.ts'

/**
 * {@link Scanner} that knows one thing only: the EICAR test file (https://www.eicar.org/download-anti-malware-testfile/), by which
 * the way of an infected file can be tried everywhere. It protects from nothing else.
 */
export class EicarScanner implements Scanner {
  async scan({ bytes }: ScannedObject): Promise<Verdict> {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(testFile)
      ? { verdict: 'infected', threat: 'EICAR-Test-File' }
      : { verdict: 'clean' }
  }
}

/** In two parts, or scanners would take this file, and every bundle that has it, for the test file. */
const testFile = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}', '$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')
