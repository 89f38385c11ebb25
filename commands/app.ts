import { resolve } from 'node:path'
import { synthesize } from '../localstack/embedded/synthesize.ts'

const rootDir = resolve(import.meta.dirname, '..')

/** What decides about the assembly: the app and all that its bundles are made of. */
const inputs = ['infra', 'functions', 'sagas', 'tables', 'gateways', 'domain', 'package.json', 'package-lock.json']

/** The app's cloud assembly for the embedded stack, synthesized when it is not there. Answers its folder. */
export function synthesizeApp(onProgress: (step: string) => void): Promise<string> {
  return synthesize({
    rootDir,
    app: 'infra/app.ts',
    inputs,
    outDir: resolve(rootDir, 'cdk.out', 'embedded'),
    onProgress,
  })
}
