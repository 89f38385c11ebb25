declare module 'asl-validator' {
  /** Judges a definition by the published JSON schemas of Amazon States Language. */
  export default function aslValidator(definition: object): {
    isValid: boolean
    errorsText(separator?: string): string
  }
}
