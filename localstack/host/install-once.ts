import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Runs `install` for the folder `<home>/<name>`, emptied before, unless it succeeded there with the same inputs. Inputs are texts: contents
 * of files, versions, paths. An installation that fails or is killed leaves no stamp, so the next call begins anew.
 */
export async function installOnce(
  home: string,
  name: string,
  inputs: readonly string[],
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(home, name)
  const stampFile = join(home, `${name}.stamp`)
  const stamp = createHash('sha256').update(JSON.stringify(inputs)).digest('hex')
  if (readStamp(stampFile) === stamp) return folder
  rmSync(stampFile, { force: true })
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await install(folder)
  writeFileSync(stampFile, stamp)
  return folder
}

function readStamp(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
