import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { App, type Stack } from 'aws-cdk-lib/core'
import { afterAll } from 'vitest'
import { featureFlags } from '../../infra/feature-flags.ts'
import { type Stage, type StageName, stages } from '../../infra/stages.ts'
import { steadfast } from '../../infra/steadfast.ts'

/** A resource as its template spells it. */
export interface Resource {
  stack: string
  id: string
  Type: string
  Properties: Record<string, unknown>
  DeletionPolicy?: string
}

const workDir = mkdtempSync(join(tmpdir(), 'steadfast-infra-'))
afterAll(() => rmSync(workDir, { recursive: true, force: true }))

export const stageNames = Object.keys(stages) as StageName[]

/** The app on one stage, with the same few lines as every function's code. */
export function stacksOf(stage: Stage): { app: App; stacks: Record<string, Stack> } {
  const outdir = mkdtempSync(join(workDir, `${stage.name}-`))
  const app = new App({ outdir, context: featureFlags, analyticsReporting: false, treeMetadata: false })
  const code = join(import.meta.dirname, 'fixtures', 'function')
  const stacks = steadfast(app, { stage, codeOf: () => Code.fromAsset(code) })
  return { app, stacks: { ...stacks } }
}

/** Each stack's template, by the stack's name in the app. */
export function templatesOf(stage: StageName): Templates {
  const templates = synthesized.get(stage) ?? synthesize(stages[stage])
  synthesized.set(stage, templates)
  return templates
}

export type Templates = Record<string, ReturnType<Template['toJSON']>>

const synthesized = new Map<StageName, Templates>()

/** The same of a stage that is none of those. */
export function synthesize(stage: Stage): Templates {
  const { stacks } = stacksOf(stage)
  return Object.fromEntries(Object.entries(stacks).map(([name, stack]) => [name, Template.fromStack(stack).toJSON()]))
}

/** Resources of all stacks of a stage, of one type or of all. */
export function resourcesOf(stage: StageName, type?: string): Resource[] {
  return Object.entries(templatesOf(stage)).flatMap(([stack, template]) =>
    Object.entries(template.Resources as Record<string, Omit<Resource, 'stack' | 'id'>>)
      .map(([id, resource]) => ({ stack, id, ...resource, Properties: resource.Properties ?? {} }))
      .filter((resource) => type === undefined || resource.Type === type),
  )
}
