import type { Command } from 'commander'

/** Options of commands that npm has too: there they may be meant for npm, or be in its settings. */
const ofNpm = new Set(['all', 'dry-run', 'force', 'json', 'name', 'version', 'yes'])

/**
 * The options of a program, and of its subcommand in `args`, that npm has taken for its own, as it does without `--` before them. Those
 * that `args` have are not among them.
 */
export function swallowedOptions(program: Command, args: readonly string[], env = process.env): string[] {
  const invoked = [program, ...program.commands.filter((command) => args.includes(command.name()))]
  const flags = invoked.flatMap(({ options }) => options.flatMap(({ long }) => long ?? []))
  return flags.filter((flag) => {
    const name = flag.replace(/^--(no-)?/, '')
    const isGiven = args.some((arg) => arg === flag || arg.startsWith(`${flag}=`))
    return !isGiven && !ofNpm.has(name) && env[`npm_config_${name.replaceAll('-', '_')}`] !== undefined
  })
}
