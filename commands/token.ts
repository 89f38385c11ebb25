import { Command, InvalidArgumentError, Option } from 'commander'
import type { z } from 'zod'
import { TokenSubject } from '../app/http/authenticate.ts'
import { TenantId } from '../domain/ids.ts'
import { Role } from '../domain/user.ts'
import { signToken } from '../localstack/embedded/token-keys.ts'
import { answerOf, apiAddress } from '../proof/target.ts'
import { dataOption, runProgram } from './run-program.ts'

interface Options {
  tenant: string
  user: string
  role: string
  target?: string
  data: string
}

const program = new Command('npm run token --')
  .description('Prints a bearer token for a local stack, good for 12 hours, and nothing else.')
  .requiredOption('--tenant <id>', 'the tenant, such as acme', as(TenantId))
  .requiredOption('--user <id>', 'the user, the token’s "sub"', as(TokenSubject))
  .addOption(new Option('--role <role>', 'what the user may do').choices(Role.options).makeOptionMandatory())
  .option('--target <url>', 'the API’s address, which is asked whether it takes the token (default: none is asked)')
  .addOption(dataOption())
  .action(async ({ tenant, user, role, target, data }: Options) => {
    const token = await signToken(data, { tenant, user, role })
    if (target !== undefined) await insistThatTakes(token, apiAddress(target), data)
    console.log(token)
  })

await runProgram(program)

/** An error now is better than a token that no API takes. */
function as(schema: z.ZodType<string>) {
  return (text: string) => {
    if (!schema.safeParse(text).success) throw new InvalidArgumentError('No token may carry it.')
    return text
  }
}

async function insistThatTakes(token: string, apiUrl: string, dataDir: string): Promise<void> {
  const { status } = await answerOf(`${apiUrl}/notices?limit=1`, { authorization: `Bearer ${token}` })
  if (status === 401)
    throw new Error(`${apiUrl} takes no token that is signed with the key in ${dataDir}: name its folder with --data`)
}
