import { Command, Option } from 'commander'
import { signToken } from '../localstack/embedded/token-keys.ts'
import { dataOption, runCommand } from './run-command.ts'

const program = new Command('npm run token --')
  .description('Prints a bearer token for a local stack, good for 12 hours, and nothing else.')
  .requiredOption('--tenant <id>', 'the tenant, such as acme')
  .requiredOption('--user <id>', 'the user, the token’s "sub"')
  .addOption(
    new Option('--role <role>', 'what the user may do').choices(['customer', 'agent', 'admin']).makeOptionMandatory(),
  )
  .addOption(dataOption())
  .action(async ({ tenant, user, role, data }: { tenant: string; user: string; role: string; data: string }) => {
    console.log(await signToken(data, { tenant, user, role }))
  })

await runCommand(program)
