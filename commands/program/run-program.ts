import type { Command } from 'commander'

/** Runs the program on the arguments of this process. An error is printed as one line, and the exit code is 1. */
export async function runProgram(program: Command): Promise<void> {
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
