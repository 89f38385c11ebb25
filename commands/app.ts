import { resolve } from 'node:path'
import { synthesize } from '../localstack/embedded/synthesize.ts'

const rootDir = resolve(import.meta.dirname, '..')

/** What decides about the assembly: the app and all that its bundles are made of. */
const inputs = [
  'infra',
  'functions',
  'app',
  'sagas',
  'tables',
  'gateways',
  'domain',
  'package.json',
  'package-lock.json',
]

/** The app's cloud assembly for the embedded stack, with this CDK context, synthesized when it is not there. Answers its folder. */
export function synthesizeApp(
  onProgress: (step: string) => void,
  context: Record<string, string> = {},
): Promise<string> {
  return synthesize({
    rootDir,
    app: 'infra/app.ts',
    inputs,
    context,
    outDir: resolve(rootDir, 'cdk.out', 'embedded'),
    onProgress,
  })
}
