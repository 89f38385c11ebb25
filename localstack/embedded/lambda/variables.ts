import type { FunctionVersion } from './deployment.ts'
import type { SessionCredentials } from './sessions.ts'

/** The complete environment of a function: its own variables and Lambda's, nothing of this process. */
export function variablesOf(
  { name, version, handler, memoryMb, environment }: FunctionVersion,
  {
    codeDir,
    endpointUrl,
    credentials,
    now,
  }: { codeDir: string; endpointUrl: string; credentials: SessionCredentials; now: Date },
): Record<string, string> {
  const day = now.toISOString().slice(0, 10).replaceAll('-', '/')
  return {
    AWS_ENDPOINT_URL: endpointUrl,
    ...environment,
    ...credentials,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `${day}/[${version}]${credentials.AWS_ACCESS_KEY_ID.toLowerCase()}`,
    LAMBDA_TASK_ROOT: codeDir,
    _HANDLER: handler,
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
  }
}
