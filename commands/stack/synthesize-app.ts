import { resolve } from 'node:path'
import { synthesize } from 'embedded-aws/tools'

const rootDir = resolve(import.meta.dirname, '..', '..')

/** Everything that the cloud assembly depends on: the CDK app, and the sources of its bundles. */
const inputs = [
  'infra',
  'functions',
  'app',
  'sagas',
  'tables',
  'gateways',
  'domain',
  'console',
  'package.json',
  'package-lock.json',
]

/**
 * Synthesizes the CDK app for the embedded stack, unless an assembly for these sources and this CDK context exists. Returns the folder of
 * the assembly.
 */
export function synthesizeApp(
  onProgress: (step: string) => void,
  context: Record<string, string> = {},
): Promise<string> {
  return synthesize({
    rootDir,
    app: 'node infra/app.ts',
    inputs,
    // The embedded stack passes its own keys.
    context: { keySet: 'parameter', ...context },
    outDir: resolve(rootDir, 'cdk.out', 'embedded'),
    onProgress,
  })
}
