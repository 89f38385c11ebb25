import { cdkContext, type StageSettings } from './stage-settings.ts'

/** The settings of one deployment with the CDK CLI. */
export interface Deployment extends StageSettings {
  stage: string
  /** The revision of the sources, for the outputs of the stage; undefined outside of a Git repository. */
  revision?: string | undefined
  /** Environment variables for the CLI, in addition to those of this process. */
  env: Record<string, string>
  /** `aws://ACCOUNT/REGION`; undefined means the account and region of the credentials. */
  bootstrapEnvironment?: string
  /** Parameters of the API stack. One that is undefined keeps its deployed value. */
  parameters: Record<string, string | undefined>
  /** Whether the environment was bootstrapped before, by somebody with more rights. */
  isBootstrapped?: boolean
  /** Whether the CLI asks before it widens permissions. */
  asks: boolean
}

/** Which tokens the API accepts: parameters of its stack. */
export type TokenParameters = Record<'JwtIssuer' | 'JwtAudience' | 'JwtKeySet', string>

const localAccount = '000000000000'
const localRegion = 'us-east-1'

/** The endpoint that `--target localstack` means. */
export function emulatorUrl(): string {
  return process.env.AWS_ENDPOINT_URL ?? 'http://127.0.0.1:4566'
}

/** Throws one line when a command for AWS would reach an emulator instead: the SDK and the CDK CLI follow the variable. */
export function refuseEndpoint(endpointUrl = process.env.AWS_ENDPOINT_URL): void {
  if (endpointUrl) throw new Error(`AWS_ENDPOINT_URL is ${endpointUrl}: unset it, or use --target localstack`)
}

/** Environment variables with which the CDK CLI reaches an emulator and never a real account. */
export function emulatorEnvironment(endpointUrl: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: localRegion,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // Otherwise a session or profile of a real account would take precedence.
    AWS_SESSION_TOKEN: '',
    AWS_PROFILE: '',
  }
}

/** The deployment to a LocalStack-compatible endpoint: with dummy credentials, and tokens verified by the keys of the data folder. */
export function emulatorDeployment(endpointUrl: string, parameters: TokenParameters): Deployment {
  return {
    stage: 'local',
    env: emulatorEnvironment(endpointUrl),
    bootstrapEnvironment: `aws://${localAccount}/${localRegion}`,
    parameters,
    asks: false,
  }
}

/** The arguments of the CLI, step by step: synth once, then bootstrap, compare and deploy that assembly. */
export function cdkSteps(
  deployment: Deployment,
  paths: { assembly: string; outputs: string },
): { synth: string[]; bootstrap: string[]; diff: string[]; deploy: string[] } {
  const { stage, revision, bootstrapEnvironment, parameters, asks } = deployment
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return {
    synth: [
      'synth',
      '--quiet',
      ...['--output', paths.assembly],
      ...['--context', `stage=${stage}`, '--context', 'keySet=parameter'],
      ...(revision ? ['--context', `revision=${revision}`] : []),
      ...cdkContext(deployment).flatMap((setting) => ['--context', setting]),
    ],
    bootstrap: ['bootstrap', ...(bootstrapEnvironment ? [bootstrapEnvironment] : []), '--app', paths.assembly],
    // By templates: a change set would be made per stack, and emulators make none that tell of replacements.
    diff: ['diff', '--app', paths.assembly, '--method', 'template', '--no-color'],
    deploy: [
      'deploy',
      '--all',
      ...['--app', paths.assembly],
      ...['--outputs-file', paths.outputs],
      // What asks is on a terminal, where a bar is shown; otherwise the events are read.
      ...['--require-approval', asks ? 'broadening' : 'never', '--progress', asks ? 'bar' : 'events'],
      ...given.flatMap(([name, value]) => ['--parameters', `steadfast-${stage}-api:${name}=${value}`]),
    ],
  }
}

/**
 * The arguments of the CLI that delete every stack of a stage: the assembly names them, also the one that only some stages have. A stack
 * that does not exist is none to delete. For names, functions need no code.
 */
export function destroySteps(stage: string, assembly: string): { synth: string[]; destroy: string[] } {
  return {
    synth: [
      ...['synth', '--quiet', '--output', assembly, '--context', `stage=${stage}`, '--context', 'bundles=none'],
      ...['--context', stage === 'local' ? 'keySet=parameter' : 'identity=cognito'],
    ],
    destroy: ['destroy', '--all', '--force', '--app', assembly],
  }
}

/**
 * The outputs of all stacks as one object, without the exports between stacks. With an `endpointUrl`, `ApiUrl` becomes the address at which
 * the emulator serves the API; the one that CDK derives exists on AWS only. Throws when there is no API.
 */
export function flatOutputs(
  byStack: Record<string, Record<string, string>>,
  endpointUrl?: string,
): Record<string, string> {
  const entries = Object.values(byStack).flatMap((outputs) => Object.entries(outputs))
  const flat = Object.fromEntries(entries.filter(([key]) => !key.startsWith('ExportsOutput')))
  if (!flat.ApiUrl || !flat.ApiId) throw new Error('the deployment has no output ApiUrl: its API stack is missing')
  return endpointUrl
    ? { ...flat, ApiUrl: `${endpointUrl.replace(/\/+$/, '')}/_aws/execute-api/${flat.ApiId}/api` }
    : flat
}
