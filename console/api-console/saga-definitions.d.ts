/** Made when the console is bundled (infra/bundle-console.ts): every definition of this version of the code, by its version. */
declare module 'saga-definitions' {
  const definitions: Readonly<Record<string, import('../wire-saga.ts').SagaDefinition>>
  export default definitions
}
