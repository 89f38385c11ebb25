import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { TemplateError } from './template-error.ts'

/** A resource as the template spells it, intrinsics unresolved. */
export interface TemplateResource {
  Type: string
  Properties?: Record<string, unknown>
  DependsOn?: string | string[]
  Condition?: string
}

export interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown; AllowedValues?: unknown[]; AllowedPattern?: string }>
  Mappings?: Record<string, Record<string, Record<string, unknown>>>
  Conditions?: Record<string, unknown>
  Resources?: Record<string, TemplateResource>
  Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown }; Condition?: string }>
}

/** One stack of the assembly. */
export interface SynthesizedStack {
  stackName: string
  template: Template
  /** Construct path (`Api/Rest/Resource`) of a logical id, when the assembly tells it. */
  pathOf: (logicalId: string) => string
  /** Absolute path of each file asset, by its object key (`<hash>.zip`). */
  assets: Map<string, string>
}

/**
 * Reads a cloud assembly (the folder that `cdk synth` writes), nested assemblies of stages included.
 * Throws {@link TemplateError} when the folder holds none.
 */
export function readAssembly(assemblyDir: string): SynthesizedStack[] {
  const manifestFile = join(assemblyDir, 'manifest.json')
  if (!existsSync(manifestFile))
    throw new TemplateError(`There is no cloud assembly in ${assemblyDir}: synthesize the app first.`)
  const manifest = Manifest.parse(readJson(manifestFile))
  const artifacts = Object.entries(manifest.artifacts ?? {})
  const assets = new Map<string, string>()
  for (const [, artifact] of artifacts)
    if (artifact.type === 'cdk:asset-manifest' && artifact.properties?.file)
      readAssets(assemblyDir, artifact.properties.file, assets)
  return artifacts.flatMap(([id, artifact]): SynthesizedStack[] => {
    const file = artifact.properties?.templateFile
    if (artifact.type === 'cdk:cloud-assembly' && artifact.properties?.directoryName)
      return readAssembly(join(assemblyDir, artifact.properties.directoryName))
    if (artifact.type !== 'aws:cloudformation:stack' || !file) return []
    // The template comes from the CDK, which has validated its frame; what is in it is checked kind by kind.
    const template = readJson(join(assemblyDir, file)) as Template
    const paths = constructPaths(artifact.metadata ?? metadataFile(assemblyDir, artifact.additionalMetadataFile))
    return [
      {
        stackName: artifact.properties?.stackName ?? id,
        template,
        pathOf: (logicalId) => paths.get(logicalId) ?? `${id}/${logicalId}`,
        assets,
      },
    ]
  })
}

const Metadata = z.record(z.string(), z.array(z.looseObject({ type: z.string(), data: z.unknown().optional() })))

const Manifest = z.looseObject({
  artifacts: z
    .record(
      z.string(),
      z.looseObject({
        type: z.string(),
        properties: z
          .looseObject({
            templateFile: z.string().optional(),
            stackName: z.string().optional(),
            file: z.string().optional(),
            directoryName: z.string().optional(),
          })
          .optional(),
        metadata: Metadata.optional(),
        additionalMetadataFile: z.string().optional(),
      }),
    )
    .optional(),
})

const AssetManifest = z.looseObject({
  files: z
    .record(
      z.string(),
      z.looseObject({
        source: z.looseObject({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.looseObject({ objectKey: z.string() })),
      }),
    )
    .optional(),
})

function readAssets(assemblyDir: string, file: string, assets: Map<string, string>): void {
  for (const asset of Object.values(AssetManifest.parse(readJson(join(assemblyDir, file))).files ?? {})) {
    const { path } = asset.source
    if (path)
      for (const { objectKey } of Object.values(asset.destinations)) assets.set(objectKey, join(assemblyDir, path))
  }
}

function metadataFile(assemblyDir: string, file: string | undefined): z.infer<typeof Metadata> {
  return file ? Metadata.parse(readJson(join(assemblyDir, file))) : {}
}

function constructPaths(metadata: z.infer<typeof Metadata>): Map<string, string> {
  const paths = new Map<string, string>()
  for (const [path, entries] of Object.entries(metadata))
    for (const { type, data } of entries)
      if (type === 'aws:cdk:logicalId' && typeof data === 'string') paths.set(data, path.replace(/^\//, ''))
  return paths
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}
