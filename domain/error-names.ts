/** Whether it is an error with one of these names. Step Functions and the AWS SDK tell errors apart by their names only. */
export function isErrorNamed(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name)
}
