#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for TypeScript can read it and say so.
const majorMin = 24
if (Number(process.versions.node.split('.')[0]) < majorMin) {
  console.error(`embedded-aws needs Node ${majorMin} or newer, this is ${process.versions.node}`)
  process.exitCode = 1
} else await import('./cli.ts')
