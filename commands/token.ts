import { Command, InvalidArgumentError, Option } from 'commander'
import type { z } from 'zod'
import { TokenSubject } from '../app/http/authenticate.ts'
import { TenantId } from '../domain/ids.ts'
import { Role } from '../domain/user.ts'
import { signToken } from '../localstack/steadfast/token-keys.ts'
import { callApi, parseApiUrl } from '../proof/target.ts'
import { dataOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'

interface Options {
  tenant: string
  user: string
  role: string
  target?: string
  data: string
}

const program = new Command('npm run token --')
  .description('Prints a bearer token for a local stack, valid for 12 hours, and nothing else.')
  .requiredOption('--tenant <id>', 'the tenant, such as acme', parsedBy(TenantId))
  .requiredOption('--user <id>', 'the user: the "sub" of the token', parsedBy(TokenSubject))
  .addOption(new Option('--role <role>', 'the role of the user').choices(Role.options).makeOptionMandatory())
  .option('--target <url>', 'the address of an API that must accept the token (default: the token is not tried)')
  .addOption(dataOption())
  .action(token)

await runProgram(program)

async function token({ tenant, user, role, target, data }: Options): Promise<void> {
  const signed = await signToken(data, { tenant, user, role })
  if (target !== undefined) await assertAccepted(signed, parseApiUrl(target), data)
  console.log(signed)
}

/** Refuses an id that every API would refuse. */
function parsedBy(schema: z.ZodType<string>) {
  return (text: string) => {
    if (!schema.safeParse(text).success) throw new InvalidArgumentError('The API does not accept tokens with this id.')
    return text
  }
}

async function assertAccepted(signed: string, apiUrl: string, dataDir: string): Promise<void> {
  const { status } = await callApi(`${apiUrl}/notices?limit=1`, { authorization: `Bearer ${signed}` })
  if (status === 401)
    throw new Error(
      `${apiUrl} does not accept tokens signed with the key in ${dataDir}: name the data folder of that stack with --data`,
    )
}
