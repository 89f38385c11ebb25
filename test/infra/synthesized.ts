import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App } from 'aws-cdk-lib/core'
import type { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { featureFlags } from '../../infra/feature-flags.ts'
import {
  type Stage,
  type StageName,
  stages,
  withAlarmSubscriber,
  withEncryptionKey,
  withIdentity,
} from '../../infra/stages.ts'
import { steadfast } from '../../infra/steadfast.ts'

/** One resource of a template, with the stack that declares it and its logical id. */
export interface Resource {
  stack: string
  id: string
  Type: string
  Properties: Record<string, unknown>
  DependsOn?: string[]
  DeletionPolicy?: string
  UpdateReplacePolicy?: string
}

export interface Template {
  Resources: Record<string, Omit<Resource, 'stack' | 'id'>>
  Outputs?: Record<string, { Value: unknown; Export?: unknown }>
  Parameters?: Record<string, { Type: string; Default?: string; AllowedPattern?: string }>
}

/** Templates of one stage by stack id: `Data`, `Sagas`, `Attachments`, `Messaging`, `Api`. */
export type Templates = Record<string, Template>

// CDK's own validation of templates takes seconds in every process; static-analysis.unit.ts runs it.
process.env.CDK_VALIDATION = 'false'

export const stageNames = Object.keys(stages) as StageName[]

/** A stage, or production with what can be chosen: a key of the account for everything that it stores, a user pool. */
export type Variant = StageName | 'prod with its own key' | 'prod with its own users'

/** The CDK app of one stage. The code of each function is a comment with its name. Synthesize it by `synth`, which removes its files. */
export function createApp(stage: Stage, context: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(tmpdir(), `steadfast-infra-${stage.name}-`))
  const app = new App({
    outdir,
    context: { ...featureFlags, ...context },
    analyticsReporting: false,
    treeMetadata: false,
  })
  try {
    steadfast(app, { stage, codeOf: (name) => Code.fromInline(`// ${name}`) })
  } catch (error) {
    rmSync(outdir, { recursive: true, force: true })
    throw error
  }
  return app
}

/** Synthesizes the app and removes its output folder; the assembly keeps the templates. */
export function synth(app: App): CloudAssembly {
  try {
    const assembly = app.synth()
    // A template is read from its file at the first use.
    assembly.stacks.map(({ template }) => template)
    return assembly
  } finally {
    rmSync(app.outdir, { recursive: true, force: true })
  }
}

/** A stage as it is deployed: on AWS, somebody hears its alarms. */
export function deployed(stage: Variant): Stage {
  if (stage === 'prod with its own users') return withIdentity(deployed('prod'), 'cognito')
  if (stage === 'prod with its own key') return withEncryptionKey(deployed('prod'), 'customer')
  return stage === 'local' ? stages.local : withAlarmSubscriber(stages[stage], 'alarms@steadfast.example')
}

const assemblies = new Map<Variant, CloudAssembly>()

/** The cloud assembly of a deployed stage, synthesized once per worker. */
export function assemblyOf(stage: Variant): CloudAssembly {
  const assembly = assemblies.get(stage) ?? synth(createApp(deployed(stage)))
  assemblies.set(stage, assembly)
  return assembly
}

export function templatesOf(stage: Variant): Templates {
  return templatesIn(assemblyOf(stage))
}

/** Templates of a stage that is not in `stages`, or is deployed with other CDK context. */
export function synthesize(stage: Stage, context?: Record<string, unknown>): Templates {
  return templatesIn(synth(createApp(stage, context)))
}

function templatesIn({ stacks }: CloudAssembly): Templates {
  return Object.fromEntries(stacks.map(({ id, template }) => [id, template as Template]))
}

/** Resources of all stacks of a stage, of one type or of every type. */
export function resourcesOf(stage: Variant, type?: string): Resource[] {
  return resourcesIn(templatesOf(stage), type)
}

export function resourcesIn(templates: Templates, type?: string): Resource[] {
  return Object.entries(templates).flatMap(([stack, template]) =>
    Object.entries(template.Resources)
      .map(([id, resource]) => ({ stack, id, ...resource, Properties: resource.Properties ?? {} }))
      .filter((resource) => type === undefined || resource.Type === type),
  )
}

/** The only item of a list. Throws `Error` when there is none or more than one. */
export function single<T>(items: T[]): T {
  const [first, ...others] = items
  if (first === undefined || others.length > 0) throw new Error(`Expected one item, found ${items.length}`)
  return first
}

/** The bucket with this short id. */
export function bucketOf(stage: Variant, id: 'Bucket' | 'Digests' | 'Archive'): Resource {
  return single(resourcesOf(stage, 'AWS::S3::Bucket').filter((bucket) => shortId(bucket.id) === id))
}

/** The function with this name, without `steadfast-<stage>-`. */
export function functionOf(stage: StageName, name: string): Resource {
  return single(resourcesOf(stage, 'AWS::Lambda::Function').filter((resource) => shortName(resource) === name))
}

/** Environment variables of a function. */
export function variablesOf({ Properties }: Resource): Record<string, unknown> {
  return (Properties.Environment as { Variables: Record<string, unknown> }).Variables
}

/** The logical id without CDK's hash: `StartSagaQueueD24210D1` → `StartSagaQueue`. */
export function shortId(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '')
}

/** `start-saga` → `StartSaga`: the short id of a function. */
export function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The physical name without `steadfast-<stage>-`, such as `create-ticket`; the short id of a resource without a name. */
export function shortName({ id, Properties }: Resource): string {
  const { QueueName, FunctionName, TableName, RoleName, StateMachineName, Name } = Properties
  const name = QueueName ?? TableName ?? RoleName ?? StateMachineName ?? Name ?? FunctionName ?? shortId(id)
  return String(name).replace(/^steadfast-(local|dev|staging|prod)-/, '')
}

/** Logical ids that a value refers to by `Ref` or `Fn::GetAtt`. */
export function referencedIds(value: unknown): string[] {
  return [...JSON.stringify(value ?? '').matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, id = '']) => id)
}

/**
 * A value of a template as short text, so that expectations can be read: a resource is its logical id without the hash, an import is
 * the resource that another stack exports, a join is its text, and the stage's prefix and the start of an ARN are left out.
 */
export function readable(value: unknown): string {
  return templateText(value)
    .replace(/^arn:\{Partition\}:/, '')
    .replaceAll(/\{Region\}:\{AccountId\}:?/g, '')
    .replaceAll(/steadfast-(local|dev|staging|prod)-/g, '')
}

/** A value of a template as text, with `{…}` in place of what is known only in a deployed stack. */
export function templateText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const [[intrinsic = '', argument] = []] = Object.entries(value)
  switch (intrinsic) {
    case 'Ref':
      return String(argument).startsWith('AWS::')
        ? `{${String(argument).replace('AWS::', '')}}`
        : shortId(String(argument))
    case 'Fn::GetAtt':
      return attribute(shortId(argument[0]), argument[1])
    case 'Fn::Join':
      return (argument[1] as unknown[]).map(templateText).join(argument[0])
    case 'Fn::ImportValue': {
      const [, id = '', name = 'Arn'] =
        /:ExportsOutput(?:Ref|FnGetAtt)(\w+?)(Arn|StreamArn)?[0-9A-F]{8}$/.exec(argument) ?? []
      return attribute(shortId(id), name)
    }
    default:
      throw new Error(`readable() does not know ${JSON.stringify(value)}`)
  }
}

function attribute(id: string, name: string): string {
  return name === 'Arn' ? id : `${id}.${name}`
}
