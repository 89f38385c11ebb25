import { type EmbeddedStack, type EmbeddedStackOptions, startEmbeddedStack } from 'embedded-aws'
import { bounces } from './bounces.ts'
import { eventMeanings } from './event-meanings.ts'
import { malwareScans } from './malware-scans/malware-scans.ts'
import { stackName } from './stack-name.ts'
import { ensureTokenKeys, tokenAudience, tokenIssuer } from './token-keys.ts'

export type SteadfastOptions = Omit<EmbeddedStackOptions, 'name' | 'parameters' | 'extensions' | 'mail'>

/**
 * Runs Steadfast's assembly on this machine: the embedded stack with keys for tokens, bounces on request, and a twin of GuardDuty.
 * Throws as {@link startEmbeddedStack} does.
 */
export function startSteadfast(options: SteadfastOptions): Promise<EmbeddedStack> {
  return startEmbeddedStack({
    ...options,
    name: stackName,
    parameters: async (dataDir) => ({
      JwtKeySet: await ensureTokenKeys(dataDir),
      JwtIssuer: tokenIssuer,
      JwtAudience: tokenAudience,
    }),
    extensions: [malwareScans(), bounces(), eventMeanings()],
    mail: { refusedDomain: 'bounce.example.com' },
  })
}
