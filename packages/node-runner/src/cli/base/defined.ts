/** The fields that have a value: `{ a: 1, b: undefined }` becomes `{ a: 1 }`. */
export const defined = <A extends Readonly<Record<string, unknown>>>(
  fields: A
): { readonly [K in keyof A]?: Exclude<A[K], undefined> } =>
  // only fields without a value are left out
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof A]?: Exclude<A[K], undefined>
  }
