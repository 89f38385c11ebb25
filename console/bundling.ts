/** How esbuild makes one script and one stylesheet for browsers, whoever serves them. Plain data: the console imports no bundler. */
export const bundling = {
  outdir: 'nowhere',
  write: false,
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
} as const
