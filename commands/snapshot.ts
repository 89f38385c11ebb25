import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Argument, Command, InvalidArgumentError } from 'commander'
import { openDataFolder, slugOf } from 'embedded-aws/tools'
import { stackName } from '../localstack/steadfast/stack-name.ts'
import { dataOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import {
  forgetUnfinishedLoad,
  isOfLoad,
  keepUnfinishedLoad,
  readUnfinishedLoad,
  refuseHalfLoaded,
} from './snapshot/unfinished-load.ts'

/** What `load` replaced last. */
const beforeLoad = 'before-load'

const name = new Argument('<name>', 'letters, digits, dots, dashes and underscores').argParser(snapshotName)

const program = new Command('npm run snapshot --').description(
  'Keeps the data of a stopped stack under a name, for demonstrations that begin at the same point each time.',
)
program
  .command('save')
  .description('copies the data folder; a snapshot of the same name is replaced')
  .addArgument(name)
  .addOption(dataOption())
  .action((wanted: string, { data }: { data: string }) => save(wanted, data))
program
  .command('load')
  .description(`puts a snapshot in place of the data folder, whose data stays as the snapshot ${beforeLoad}`)
  .addArgument(name)
  .addOption(dataOption())
  .action((wanted: string, { data }: { data: string }) => load(wanted, data))
program
  .command('list')
  .description('lists the snapshots, the newest first')
  .addOption(dataOption())
  .action(({ data }: { data: string }) => list(data))

await runProgram(program)

function save(wanted: string, dataDir: string): void {
  if (!existsSync(dataDir)) throw new Error(`${dataDir} does not exist: start the stack once, or give --data DIR`)
  withFolder(dataDir, () => {
    refuseHalfLoaded(dataDir)
    copy(dataDir, pathOf(wanted, dataDir))
  })
  console.log(`saved ${wanted}; "npm run snapshot -- load ${wanted}" comes back to it`)
}

function load(wanted: string, dataDir: string): void {
  const snapshot = pathOf(wanted, dataDir)
  if (!existsSync(snapshot) && !existsSync(asideOf(snapshot)))
    throw new Error(`there is no snapshot ${wanted}: ${namesOf(dataDir) || 'none was saved yet'}`)
  withFolder(dataDir, () => {
    putBack(snapshot)
    const next = `${pathOf(beforeLoad, dataDir)}.next`
    const { name: copied, isKept } = readUnfinishedLoad(dataDir)
    // First, so that loading this very snapshot finds it.
    if (copied !== wanted) {
      keepUnfinishedLoad(dataDir, { isKept })
      rmSync(`${next}.part`, { recursive: true, force: true })
      copyContent(snapshot, next)
      keepUnfinishedLoad(dataDir, { name: wanted, isKept })
    }
    // Once: what a load has left half done would overwrite what was there before it.
    if (!isKept) {
      copy(dataDir, pathOf(beforeLoad, dataDir))
      keepUnfinishedLoad(dataDir, { name: wanted, isKept: true })
    }
    // It goes at once when its work is done: without it, only the end was missing.
    if (existsSync(next)) {
      replaceContent(dataDir, next)
      renameSync(next, `${next}.part`)
    }
    rmSync(`${next}.part`, { recursive: true, force: true })
    forgetUnfinishedLoad(dataDir)
  })
  console.log(`loaded ${wanted}; what was there before is the snapshot ${beforeLoad}`)
}

function list(dataDir: string): void {
  console.log(namesOf(dataDir).replaceAll(', ', '\n') || 'no snapshot was saved yet')
}

/** Holds the folder meanwhile. Throws when a stack uses it. */
function withFolder(dataDir: string, use: () => void): void {
  const folder = openDataFolder(dataDir, { name: stackName })
  try {
    use()
  } finally {
    folder.release()
  }
}

/** Atomic: a copy that stops half way leaves the snapshot that was there. */
function copy(dataDir: string, to: string): void {
  putBack(to)
  copyContent(dataDir, `${to}.part`)
  rmSync(asideOf(to), { recursive: true, force: true })
  if (existsSync(to)) renameSync(to, asideOf(to))
  renameSync(`${to}.part`, to)
  rmSync(asideOf(to), { recursive: true, force: true })
}

/** Where a snapshot is while another one takes its place: no snapshot can be named like that. */
function asideOf(snapshot: string): string {
  return `${snapshot}~`
}

/** Undoes what a copy that was killed has left: the snapshot aside, and none in its place. */
function putBack(snapshot: string): void {
  if (!existsSync(snapshot) && existsSync(asideOf(snapshot))) renameSync(asideOf(snapshot), snapshot)
}

function copyContent(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  for (const file of content(from)) cpSync(join(from, file), join(to, file), { recursive: true })
}

/** Can be repeated when it stops half way: the folder's marker is there all the time, and `from` stays as it is. */
function replaceContent(dataDir: string, from: string): void {
  for (const file of content(dataDir).filter((file) => file !== `${slugOf(stackName)}.json`))
    rmSync(join(dataDir, file), { recursive: true })
  for (const file of content(from)) {
    const part = join(dataDir, `${file}.part`)
    cpSync(join(from, file), part, { recursive: true })
    renameSync(part, join(dataDir, file))
  }
}

/** Everything but what is said about the folder itself: the lock, which belongs to whoever holds it, and how far a load has come. */
function content(dir: string): string[] {
  return readdirSync(dir).filter((file) => !file.startsWith('stack.lock') && !isOfLoad(file))
}

function folderOf(dataDir: string): string {
  return `${dataDir.replace(/[\\/]+$/, '')}-snapshots`
}

function pathOf(wanted: string, dataDir: string): string {
  return join(folderOf(dataDir), wanted)
}

function namesOf(dataDir: string): string {
  const folder = folderOf(dataDir)
  if (!existsSync(folder)) return ''
  const paths = readdirSync(folder).map((file) => join(folder, file))
  const complete = paths.filter((path) => !/\.(part|next)$/.test(path))
  const names = complete
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
    .map((path) => basename(path).replace(/~$/, ''))
  return [...new Set(names)].join(', ')
}

function snapshotName(text: string): string {
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(text) || /\.(part|next)$/.test(text))
    throw new InvalidArgumentError('It may have letters, digits, dots, dashes and underscores.')
  return text
}
