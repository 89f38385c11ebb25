/** The CDK feature flags that change this app's templates. In code, so that the CDK CLI and `node infra/app.ts` synthesize the same. */
export const featureFlags = {
  // Stacks share values by exports and imports: every emulator supports them, and CloudFormation does not replace an imported table.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:newStyleStackSynthesis': true,
  '@aws-cdk/aws-apigateway:disableCloudWatchRole': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
  '@aws-cdk/aws-lambda:recognizeVersionProps': true,
  '@aws-cdk/aws-sns-subscriptions:restrictSqsDescryption': true,
} as const
