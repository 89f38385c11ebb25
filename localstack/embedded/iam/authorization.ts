import { AwsError } from '../aws-error.ts'
import { type AwsCall, accountId, type Principal } from '../ports.ts'
import { type AccessRequest, authorize, type Decision, explainRefusal } from './authorize.ts'
import { type AccessLookups, neededAccess } from './needed-access.ts'

/**
 * Throws AWS's AccessDenied when the caller's role does not allow all that the call needs. The developer at this machine may
 * do anything. Policies of resources (queues, buckets) are not evaluated: in one account the role's are enough to allow.
 */
export function authorizeCall(call: AwsCall, lookups: AccessLookups): void {
  const { principal } = call
  if (principal.kind === 'developer') return
  for (const needed of neededAccess(call, lookups)) {
    const decision = decide(principal, needed)
    if (decision !== 'allowed') throw accessDenied(call.service, principal, needed, decision)
  }
}

type Role = Extract<Principal, { kind: 'role' }>

function decide(principal: Role, needed: AccessRequest): Decision {
  return authorize(principal.statements, withContext(principal, needed))
}

function withContext(principal: Role, needed: AccessRequest): AccessRequest {
  const context = {
    // As with AWS, whose addresses are https; the loopback stands for that here.
    'aws:securetransport': 'true',
    'aws:principalarn': `arn:aws:iam::${accountId}:role/${principal.roleName}`,
    'aws:principalaccount': accountId,
    'aws:resourceaccount': accountId,
    'aws:requestedregion': 'us-east-1',
    ...needed.context,
  }
  return { ...needed, context }
}

const statusByService: Record<string, number> = { dynamodb: 400, states: 400 }

function accessDenied(service: string, principal: Role, needed: AccessRequest, decision: Decision): AwsError {
  const { action, resources } = needed
  const session = principal.sessionName ?? principal.roleName
  const why =
    decision === 'explicit-deny'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`
  return new AwsError(
    service === 's3' || service === 'ses' ? 'AccessDenied' : 'AccessDeniedException',
    `User: arn:aws:sts::${accountId}:assumed-role/${principal.roleName}/${session} is not authorized to perform: ${action} ` +
      `on resource: ${resources[0]} ${why}`,
    statusByService[service] ?? 403,
    {},
    {
      hint: `${session} may not ${action}: ${explainRefusal(principal.statements, withContext(principal, needed))} (role ${principal.roleName})`,
    },
  )
}
