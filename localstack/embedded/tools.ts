/** For programs around a stack: they load none of its parts. */
export { DataFolderError, openDataFolder } from './data-folder.ts'
export { choosePort } from './free-port.ts'
export { slugOf } from './slug.ts'
export { type SynthesizeOptions, synthesize } from './synthesize.ts'
export { readAssembly } from './template/assembly.ts'
