import { type FSWatcher, watch } from 'node:fs'
import { join, relative } from 'node:path'

/** Where the sources of functions and infrastructure are. */
const folders = ['app', 'domain', 'functions', 'gateways', 'infra', 'sagas', 'tables']

/** An editor may write a file more than once, and a branch switch writes many. */
const quietMs = 50

/** Calls `onChange` with the files that changed, relative to `rootDir`, once nothing has changed for a moment. */
export function watchSources(rootDir: string, onChange: (files: string[]) => void): { stop(): void } {
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  const watchers = folders.map(
    (folder): FSWatcher =>
      watch(join(rootDir, folder), { recursive: true }, (_event, name) => {
        if (!name?.endsWith('.ts')) return
        changed.add(relative(rootDir, join(rootDir, folder, name)).replaceAll('\\', '/'))
        clearTimeout(timer)
        timer = setTimeout(() => {
          const files = [...changed].toSorted()
          changed.clear()
          onChange(files)
        }, quietMs)
      }),
  )
  return {
    stop() {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    },
  }
}
