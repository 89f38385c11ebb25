/** Made when the function is bundled (infra/bundle-console.ts). */
declare module 'console-files' {
  const files: import('./serve-console.ts').ConsoleFiles
  export default files
}
