import type { Command } from 'commander'
import { swallowedOptions } from './swallowed-options.ts'

/** Runs the program on the arguments of this process. An error is printed as one line, and the exit code is 1. */
export async function runProgram(program: Command): Promise<void> {
  for (const flag of swallowedOptions(program, process.argv.slice(2)))
    console.error(`npm took ${flag} for itself: put -- before it`)
  try {
    await program.parseAsync()
  } catch (error) {
    console.error(`error: ${oneLine(error)}`)
    process.exitCode = 1
  }
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ')
}
