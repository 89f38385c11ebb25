import type { LambdaPool } from './lambda/lambda-pool.ts'
import { environmentOfToken } from './lambda/sessions.ts'
import type { Principal } from './ports.ts'
import type { StackModel } from './template/model.ts'

/** The principal of an access key. A key that this stack did not issue is the developer's, as in LocalStack. */
export function principalOf(
  { accessKeyId, sessionToken }: { accessKeyId: string | undefined; sessionToken: string | undefined },
  pool: LambdaPool,
  model: StackModel,
): Principal {
  const roleName = accessKeyId === undefined ? undefined : pool.identify(accessKeyId)
  if (roleName === undefined) return { kind: 'developer' }
  // A role that is no longer in the template allows nothing.
  const statements = model.roles.find(({ name }) => name === roleName)?.statements ?? []
  const environment = environmentOfToken(sessionToken)
  return { kind: 'role', roleName, statements, ...(environment !== undefined && { environment }) }
}
