import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Emulator, startEmulator } from './emulator-process.ts'
import type { LocalStackInstallation } from './install-localstack.ts'

const here = import.meta.dirname

/** Starts LocalStack, empty, on a port of loopback. Everything that it stores goes when it stops. */
export function startLocalStack({ python, home, lib }: LocalStackInstallation, port: number): Promise<Emulator> {
  const address = `127.0.0.1:${port}`
  return startEmulator({
    name: 'LocalStack',
    url: `http://${address}`,
    readyLine: /^Ready\.$/,
    command(runDir) {
      const root = join(runDir, 'root')
      const tmp = join(runDir, 'tmp')
      mkdirSync(join(root, 'var/lib/localstack'), { recursive: true })
      mkdirSync(tmp)
      symlinkSync(lib, join(root, 'var/lib/localstack/lib'))
      const env = {
        ...withoutAwsSettings(process.env),
        HOME: join(home, 'user'),
        TMPDIR: tmp,
        FILESYSTEM_ROOT: root,
        OVERRIDE_IN_DOCKER: '0',
        GATEWAY_LISTEN: address,
        LOCALSTACK_HOST: address,
        // The default server listens on every interface.
        GATEWAY_SERVER: 'hypercorn',
        // Nothing goes outside.
        DNS_ADDRESS: '0',
        SKIP_SSL_CERT_DOWNLOAD: '1',
        DISABLE_EVENTS: '1',
        // By default an idle stream or queue is read every ten seconds only.
        LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC: '1',
        // Queue URLs without names that need DNS.
        SQS_ENDPOINT_STRATEGY: 'off',
        // A presigned URL must be right and in time, as on AWS.
        S3_SKIP_SIGNATURE_VALIDATION: '0',
        LAMBDA_RUNTIME_EXECUTOR: 'node',
        LAMBDA_NODE: process.execPath,
        LAMBDA_RUNTIME: join(here, 'lambda-runtime.ts'),
        LAMBDA_KEEPALIVE_MS: '600000',
        DYNAMODB_IN_MEMORY: '1',
        KINESIS_PERSISTENCE: '0',
        // For kinesis-local; functions get an environment of their own.
        NODE_OPTIONS: `--require=${join(here, 'kinesis-local/loopback.cjs')}`,
      }
      return { file: python, args: ['-m', 'localstack.runtime.main'], env }
    },
  })
}

/** LocalStack's own clients would use them. */
function withoutAwsSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')))
}
