/** What one deployment by the CDK CLI takes. */
export interface Deployment {
  stage: string
  /** Variables of every step, over this process's own. */
  env: Record<string, string>
  mailFrom?: string | undefined
  malwareScan?: string | undefined
  /** `aws://ACCOUNT/REGION`; undefined leaves it to the credentials. */
  bootstrapEnvironment?: string
  /** Parameters of the API stack; the others keep the value of the deployment before. */
  parameters: Record<string, string | undefined>
  /** Whether the CLI asks before it widens permissions. */
  asks: boolean
}

export const localAccount = '000000000000'
export const localRegion = 'us-east-1'

/** To a LocalStack-compatible endpoint: any credentials will do, and tokens are verified by the keys of the data folder. */
export function toEmulator(
  endpointUrl: string,
  tokens: { issuer: string; audience: string; keySet: string },
): Deployment {
  return {
    stage: 'local',
    env: {
      AWS_ENDPOINT_URL: endpointUrl,
      AWS_REGION: localRegion,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      // A session of the caller's real account has no place here.
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
    },
    bootstrapEnvironment: `aws://${localAccount}/${localRegion}`,
    parameters: { JwtIssuer: tokens.issuer, JwtAudience: tokens.audience, JwtKeySet: tokens.keySet },
    asks: false,
  }
}

/** The CLI's arguments, step by step: one synth, and what it made is bootstrapped for and deployed. */
export function stepsOf(deployment: Deployment, paths: { assembly: string; outputs: string }): string[][] {
  const { stage, mailFrom, malwareScan, bootstrapEnvironment, parameters, asks } = deployment
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return [
    [
      'synth',
      '--quiet',
      ...['--output', paths.assembly],
      ...['--context', `stage=${stage}`],
      ...(mailFrom ? ['--context', `mailFrom=${mailFrom}`] : []),
      ...(malwareScan ? ['--context', `malwareScan=${malwareScan}`] : []),
    ],
    ['bootstrap', ...(bootstrapEnvironment ? [bootstrapEnvironment] : []), '--app', paths.assembly],
    [
      'deploy',
      '--all',
      ...['--app', paths.assembly],
      ...['--outputs-file', paths.outputs],
      ...['--require-approval', asks ? 'broadening' : 'never'],
      ...given.flatMap(([name, value]) => ['--parameters', `steadfast-${stage}-api:${name}=${value}`]),
    ],
  ]
}

/**
 * All stacks' outputs in one object, as every target leaves them, without the stacks' exports to one another. Emulators serve the API
 * at their own address, not at the one that CDK made up.
 */
export function flatOutputs(
  byStack: Record<string, Record<string, string>>,
  endpointUrl?: string,
): Record<string, string> {
  const entries = Object.values(byStack).flatMap((outputs) => Object.entries(outputs))
  const flat = Object.fromEntries(entries.filter(([key]) => !key.startsWith('ExportsOutput')))
  if (!flat.ApiUrl || !flat.ApiId) throw new Error('The deployment left no ApiUrl: its API stack is not there.')
  return endpointUrl
    ? { ...flat, ApiUrl: `${endpointUrl.replace(/\/+$/, '')}/_aws/execute-api/${flat.ApiId}/api` }
    : flat
}
