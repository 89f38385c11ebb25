import type { LambdaPool } from './lambda/lambda-pool.ts'
import type { StackModel } from './template/model.ts'

/** Gives the pool every function of the model, then the versions and aliases, which are made of them. */
export function deployFunctions(pool: LambdaPool, model: StackModel): void {
  for (const { path: _path, arn: _arn, runtime: _runtime, ...deployment } of model.functions) pool.deploy(deployment)
  for (const { functionName, version } of model.functionVersions) pool.publishVersion(functionName, version)
  for (const { functionName, name, version } of model.functionAliases) pool.putAlias(functionName, name, version)
}
