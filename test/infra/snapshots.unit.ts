import { describe, expect, it } from 'vitest'
import { stageNames, templatesOf } from './synthesized.ts'

/**
 * Without what changes with every change of code (asset hashes, and the logical ids made of them), what sagas compile to, which has
 * tests of its own, and what CDK adds to every template.
 */
function masked(templates: object): string {
  const without = (key: string, value: unknown) => {
    if (key === 'DefinitionString') return '<compiled saga>'
    return ['Rules', 'BootstrapVersion'].includes(key) ? undefined : value
  }
  return JSON.stringify(templates, without, 1)
    .replaceAll(/[0-9a-f]{64}/g, '<asset>')
    .replaceAll(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g, '$1<code>')
    .replaceAll(/(RestApiDeployment[0-9A-F]{8})[0-9a-f]{32}/g, '$1<api>')
}

describe.each(stageNames)('what is deployed on %s', (stage) => {
  it('changes only when someone deps it to (vitest -u after a look at the difference)', async () => {
    await expect(masked(templatesOf(stage))).toMatchFileSnapshot(`snapshots/${stage}.snap`)
  })
})
