import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mutants } from '../../proof/mutants/all.ts'
import { plantedMutants } from '../../proof/mutants/planted.ts'
import { ownCases, scenarios } from '../../scenarios/all.ts'
import { runCommand } from '../fixtures/run-node.ts'

/** Runs a command as in a script: without a terminal, and here without a stack. */
async function run(command: string, ...args: string[]) {
  const { stdout, stderr, code } = await runCommand(command, args)
  return { output: stdout, errors: stderr, code }
}

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'steadfast-command-'))
})
afterAll(() => {
  rmSync(dir, { recursive: true })
})

const scenarioNames = scenarios.map(({ name }) => name).join(', ')
const mutantNames = mutants.map(({ name }) => name).join(', ')

describe('npm run scenario', { timeout: 120_000 }, () => {
  let otherServer: Server
  beforeAll(async () => {
    // Answers as the API does, but knows nothing of fault rules.
    otherServer = createServer((_, response) => response.writeHead(404, { 'x-correlation-id': 'one' }).end()).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((resolve) => otherServer.once('listening', resolve))
    const apiUrl = `http://127.0.0.1:${(otherServer.address() as AddressInfo).port}/api`
    writeFileSync(join(dir, 'outputs.json'), JSON.stringify({ ApiUrl: apiUrl }))
  })
  afterAll(() => void otherServer.close())

  it.each([
    ['the scenario is unknown', ['nonsense'], `there is no scenario nonsense: it must be one of ${scenarioNames}`],
    [
      'the mutant is unknown',
      ['double-click', '--mutant', 'nonsense'],
      `there is no mutant nonsense: it must be one of ${mutantNames}`,
    ],
    [
      'the scenario is unknown, though the mutant exists',
      ['nonsense', '--mutant', 'no-tombstone'],
      `there is no scenario nonsense: it must be one of ${scenarioNames}`,
    ],
    [
      'two options ask for different mutants',
      ['double-click', '--mutant', 'no-tombstone', '--without-guard'],
      /option '--mutant <name>' cannot be used with option '--without-guard'/,
    ],
    [
      'no stack was ever started',
      ['double-click', '--data', '/nowhere'],
      /does not exist: start the stack \(npm start\)/,
    ],
    [
      'nothing answers at the target',
      ['double-click', '--target', 'http://127.0.0.1:1/api'],
      /nothing answers at \S+: start the stack \(npm start\)/,
    ],
    [
      'the target cannot inject faults',
      ['mail-down'],
      /mail-down needs faults at the edge, which \S+ can't inject: run it against the embedded stack/,
    ],
    [
      'a target is named for a scenario that kills its stack',
      ['whole-stack-dies'],
      /whole-stack-dies kills its stack, .*: run it without --target and --data/,
    ],
  ])('exits 1 and says why in one line when %s', async (_, args, reason) => {
    const { output, errors, code } = await run('scenario', '--data', dir, ...args)
    expect(errors).toMatch(/^error: .*\n$/)
    expect(errors.slice('error: '.length).trim()).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    )
    expect([output, code]).toEqual(['', 1])
  })

  it('lists the scenarios, with or without "list", in at most 80 columns and without colours', async () => {
    const [listed, bare] = await Promise.all([run('scenario', 'list'), run('scenario')])
    expect(listed).toEqual(bare)
    for (const { name } of scenarios) expect(listed.output).toMatch(new RegExp(`^${name} `, 'm'))
    expect(listed.output.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(listed.output).not.toContain('\u001b')
    expect([listed.errors, listed.code]).toEqual(['', 0])
  })

  it('lists them as JSON, each with its own mutants and what they break', async () => {
    const { output, code } = await run('scenario', 'list', '--json')
    const listed = JSON.parse(output) as { name: string; mutants: unknown[] }[]
    expect(listed.map(({ name, mutants: own }) => [name, own])).toEqual(
      scenarios.map((scenario) => [
        scenario.name,
        scenario.mutants.map(({ mutant, breaks }) => ({ name: mutant.name, breaks })),
      ]),
    )
    expect(code).toBe(0)
  })

  it('documents both ways to run a mutant', async () => {
    const { output, code } = await run('scenario', '--help')
    expect(output).toMatch(/--without-guard .*--mutant <name>/s)
    expect(code).toBe(0)
  })
})

describe('npm run mutants', { timeout: 120_000 }, () => {
  it.each([
    [
      'the mutant is unknown',
      ['nonsense'],
      `there is no mutant nonsense: it must be one of ${plantedMutants.map(({ mutant }) => mutant.name).join(', ')}`,
    ],
    [
      'the scenario is unknown',
      ['no-tombstone', '--scenario', 'nonsense'],
      `there is no scenario nonsense: it must be one of ${scenarioNames}`,
    ],
  ])('exits 1 and says why in one line when %s', async (_, args, reason) => {
    const { output, errors, code } = await run('mutants', ...args)
    expect(errors).toMatch(/^error: .*\n$/)
    expect(errors.slice('error: '.length).trim()).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    )
    expect([output, code]).toEqual(['', 1])
  })

  it('lists every mutant, what it does, and the scenario and what else it is tried against, in at most 80 columns', async () => {
    const { output, errors, code } = await run('mutants', 'list')
    const oneLine = output.replaceAll(/\s+/g, ' ')
    for (const { mutant, scenario } of ownCases())
      expect(oneLine).toContain(`${mutant.name} ${mutant.description} (${scenario.name}, `)
    expect(output.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect([errors, code]).toEqual(['', 0])
  })

  it('writes the list as JSON', async () => {
    const file = join(dir, 'mutants.json')
    const { code } = await run('mutants', 'list', '--json', file)
    const { mutants: listed } = JSON.parse(readFileSync(file, 'utf8')) as { mutants: Record<string, unknown>[] }
    expect(listed.map(({ name, says }) => [name, says])).toEqual(
      plantedMutants.map(({ mutant: { name, description } }) => [name, description]),
    )
    const named = listed.flatMap(({ scenario }) => (scenario === undefined ? [] : [scenario]))
    expect(new Set(named)).toEqual(new Set(scenarios.map(({ name }) => name)))
    expect(code).toBe(0)
  })

  it('documents the list and the choice of a scenario', async () => {
    const { output, code } = await run('mutants', '--help')
    expect(output).toMatch(/"list".*--scenario <name>/s)
    expect(code).toBe(0)
  })
})
