import { type Command, Option } from 'commander'

/** Where a local stack keeps its state; the same option in every command. */
export function dataOption(): Option {
  return new Option('--data <dir>', 'the stack’s data folder').default('.steadfast')
}

/** Runs the program on this process's arguments; what it throws is printed as one line, and the exit code is 1. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    console.error(`error: ${oneLine(error)}`)
    process.exitCode = 1
  }
}

export function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ')
}
