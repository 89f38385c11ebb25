import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readAssembly } from 'embedded-aws/tools'

/**
 * Makes `toDir` the assembly in `assemblyDir`, with other code for these functions: `bundleDir` has a folder for each. Everything else is
 * linked, so the other assembly must stay.
 */
export function replaceCode({
  assemblyDir,
  toDir,
  bundleDir,
  functions,
}: {
  assemblyDir: string
  toDir: string
  bundleDir: string
  functions: readonly string[]
}): void {
  mkdirSync(toDir)
  for (const entry of readdirSync(assemblyDir, { withFileTypes: true })) {
    const [from, to] = [join(assemblyDir, entry.name), join(toDir, entry.name)]
    // Windows lets everybody link folders, as junctions, but not files.
    if (entry.isFile()) copyFileSync(from, to)
    else symlinkSync(from, to, 'junction')
  }
  for (const name of functions) {
    const asset = assetOf(name, toDir)
    rmSync(asset, { force: true })
    symlinkSync(join(bundleDir, name), asset, 'junction')
  }
}

/** The path of a function's code in the assembly. */
function assetOf(name: string, assemblyDir: string): string {
  for (const { template, assets } of readAssembly(assemblyDir))
    for (const { Type, Properties } of Object.values(template.Resources ?? {})) {
      if (Type !== 'AWS::Lambda::Function' || !String(Properties?.FunctionName).endsWith(`-${name}`)) continue
      const code = Properties?.Code as { S3Key: string }
      const asset = assets.get(code.S3Key)
      if (asset) return asset
    }
  throw new Error(`the assembly has no function ${name}`)
}
