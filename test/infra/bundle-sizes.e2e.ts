import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { functionNames } from '../../app/functions.ts'
import { synthesizeApp } from '../../commands/stack/synthesize-app.ts'
import { bundle } from '../../infra/bundle.ts'
import { bundleCeilings } from '../../infra/bundle-ceilings.ts'
import { bundleSizes, ceilingOf } from '../../proof/bench/functions/bundle-sizes.ts'

const everyFunction = functionNames({ malwareScan: 'guardduty', identity: 'cognito' })

describe('the bundle of every function', () => {
  it('has one ceiling, with what makes it as large as it is', () => {
    const named = bundleCeilings.flatMap(({ kB }) => Object.keys(kB))
    expect(named.toSorted()).toEqual(everyFunction.toSorted())
  })

  it('stays below its ceiling; one that does not holds something new, which infra/bundle-ceilings.ts has to name', async () => {
    const sizes = bundleSizes(await synthesizeApp(() => {}))
    expect(sizes.length).toBeGreaterThan(50)
    expect(sizes.filter(({ kB, ceilingKb }) => kB > ceilingKb)).toEqual([])
    // Nobody would notice a ceiling that is far above.
    expect(sizes.filter(({ kB, ceilingKb }) => kB < ceilingKb * 0.9)).toEqual([])
  })

  it('stays below it also where only some stages have the function', async () => {
    const outDir = mkdtempSync(join(tmpdir(), 'steadfast-sizes-'))
    const names = ['record-scan', 'add-token-claims'] as const
    try {
      await bundle({ names, rootDir: resolve(import.meta.dirname, '../..'), outDir })
      for (const name of names)
        expect(statSync(join(outDir, name, 'index.js')).size / 1000, name).toBeLessThanOrEqual(ceilingOf(name))
    } finally {
      rmSync(outDir, { recursive: true, force: true })
    }
  })
})
