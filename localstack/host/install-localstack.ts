import { copyFileSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Tools } from './find-tools.ts'
import { installOnce } from './install-once.ts'
import { installPythonPackages } from './python-packages.ts'
import { runTool } from './run-tool.ts'

/** What an installation consists of. */
export interface LocalStackInstallation {
  home: string
  python: string
  /** Where LocalStack looks for programs before it would download them. */
  lib: string
}

const here = import.meta.dirname
const dynamodbSource = join(here, 'dynamodb-local')
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'
/** LocalStack's DynamoDB streams are kept in it. LocalStack looks for exactly this version. */
const kinesisVersion = '0.5.2'

/** Installs LocalStack and what it needs into a folder, or uses what is there. The parts are independent, so they install at once. */
export async function installLocalStack(home: string, { python, javaHome }: Tools): Promise<LocalStackInstallation> {
  const absolute = resolve(home)
  mkdirSync(absolute, { recursive: true })
  const lib = join(absolute, 'lib')
  const [interpreter] = await Promise.all([
    installPythonPackages(absolute, 'python', {
      python,
      requirements: join(here, 'requirements.txt'),
      sources: [join(here, 'executor')],
    }),
    installOnce(lib, 'dynamodb-local', dynamodbInputs(javaHome), installDynamodbLocal),
    installOnce(lib, 'kinesis-local', [kinesisVersion], installKinesisLocal),
    installOnce(lib, 'java', [javaHome], async (folder) => symlinkSync(javaHome, join(folder, '21'))),
  ])
  return { home: absolute, python: interpreter, lib }
}

function dynamodbInputs(javaHome: string): string[] {
  const sources = ['pom.xml', 'LoopbackServer.java'].map((name) => readFileSync(join(dynamodbSource, name), 'utf8'))
  return [...sources, javaHome]
}

/** LocalStack runs `DynamoDBLocal.jar` of the folder `2`, with the libraries beside it, and an agent of the name below. */
async function installDynamodbLocal(parent: string): Promise<void> {
  const folder = join(parent, '2')
  const libraries = join(folder, 'DynamoDBLocal_lib')
  const classes = join(folder, 'classes')
  mkdirSync(classes, { recursive: true })
  const maven = ['--quiet', '--batch-mode', '--file', join(dynamodbSource, 'pom.xml')]
  await runTool('mvn', [...maven, `${dependencyPlugin}:copy-dependencies`, `-DoutputDirectory=${libraries}`])
  const [native] = globSync(join(libraries, 'libsqlite4java-linux-amd64-*.so'))
  if (native === undefined) throw new Error('DynamoDB Local came without its library for SQLite on x86-64')
  copyFileSync(native, join(libraries, 'libsqlite4java-linux-amd64.so'))
  await runTool('javac', ['-d', classes, '-cp', join(libraries, '*'), join(dynamodbSource, 'LoopbackServer.java')])
  const jars = globSync(join(libraries, '*.jar')).toSorted()
  const classPath = jars.map((jar) => `  DynamoDBLocal_lib/${basename(jar)}\n`).join('')
  const manifest = join(folder, 'manifest')
  writeFileSync(manifest, `Main-Class: LoopbackServer\nPremain-Class: LoopbackServer\nClass-Path: .\n${classPath}`)
  const jar = join(folder, 'DynamoDBLocal.jar')
  await runTool('jar', ['--create', '--file', jar, '--manifest', manifest, '-C', classes, '.'])
  copyFileSync(jar, join(folder, 'ddb-local-loader-0.1.jar'))
}

async function installKinesisLocal(parent: string): Promise<void> {
  const folder = join(parent, kinesisVersion)
  mkdirSync(folder)
  const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder]
  // Not in the project's root, whose .npmrc and lock are for the project.
  await runTool('npm', ['install', ...options, `kinesis-local@${kinesisVersion}`], { cwd: folder })
}
