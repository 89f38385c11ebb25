// Plain JavaScript, as any Node must be able to read it: `node commands/run.mjs NAME …` runs commands/NAME.ts.
const majorMin = 24
const [, , name, ...rest] = process.argv
if (Number(process.versions.node.split('.')[0]) < majorMin) {
  console.error(
    `Steadfast needs Node ${majorMin}, this is ${process.versions.node}: "npm ci" brings it along (the package "node"; let its install script run: npm ci --ignore-scripts=false), then use the npm scripts.`,
  )
  process.exitCode = 1
} else {
  const command = new URL(`./${name}.ts`, import.meta.url)
  process.argv = [process.argv[0], command.pathname, ...rest]
  await import(command.href)
}
