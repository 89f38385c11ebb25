import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Template } from '../../template/assembly.ts'

/** Writes a cloud assembly as the CDK would, into a new folder. `assets` are folders with these files, by asset hash. */
export function writeAssembly(
  stacks: Record<string, Template>,
  assets: Record<string, Record<string, string>> = {},
): string {
  const dir = mkdtempSync(join(tmpdir(), 'embedded-aws-assembly-'))
  const files = Object.keys(assets).map((hash) => [
    hash,
    {
      source: { path: `asset.${hash}`, packaging: 'zip' },
      destinations: { current: { bucketName: 'assets', objectKey: `${hash}.zip` } },
    },
  ])
  for (const [hash, contents] of Object.entries(assets)) {
    mkdirSync(join(dir, `asset.${hash}`))
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(dir, `asset.${hash}`, name), text)
  }
  writeFileSync(join(dir, 'all.assets.json'), JSON.stringify({ files: Object.fromEntries(files) }))
  const artifacts: Record<string, unknown> = {
    'all.assets': { type: 'cdk:asset-manifest', properties: { file: 'all.assets.json' } },
    Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
  }
  for (const [name, template] of Object.entries(stacks)) {
    writeFileSync(join(dir, `${name}.template.json`), JSON.stringify(template))
    const metadata = Object.keys(template.Resources ?? {}).map((logicalId) => [
      `/${name}/Some/${logicalId}`,
      [{ type: 'aws:cdk:logicalId', data: logicalId }],
    ])
    writeFileSync(join(dir, `${name}.metadata.json`), JSON.stringify(Object.fromEntries(metadata)))
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: `${name}.template.json` },
      additionalMetadataFile: `${name}.metadata.json`,
    }
  }
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts }))
  return dir
}
