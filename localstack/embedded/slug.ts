/** A name as paths and files have it: `Embedded AWS` becomes `embedded-aws`. */
export function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}
