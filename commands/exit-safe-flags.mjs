/**
 * V8 flags without which a process of Node 24 may never end: at its end, Node waits for a compilation in the background, which waits for a
 * garbage collection by the main thread, which waits for it (https://github.com/nodejs/node/issues/54918). Of the compilers that run in the
 * background, these two allocate while they do. To be removed with a Node that has this mended.
 */
export const exitSafeFlags = ['--no-maglev', '--no-concurrent-sparkplug']
