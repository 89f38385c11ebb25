/** CDK's feature flags that change what is synthesized here. In code, so that the CLI and `node infra/app.ts` agree. */
export const featureFlags = {
  // Exports and imports: the form that every emulator knows, and a table in use can't be replaced under its users.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:newStyleStackSynthesis': true,
  '@aws-cdk/aws-apigateway:disableCloudWatchRole': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
  '@aws-cdk/aws-lambda:recognizeVersionProps': true,
  '@aws-cdk/aws-sns-subscriptions:restrictSqsDescryption': true,
} as const
