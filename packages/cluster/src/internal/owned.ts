import * as Context from "effect/Context"

/** The runs that this process owns: by which epoch, or `undefined` for one that it does not. */
export class Owned extends Context.Service<Owned, { readonly epochOf: (run: string) => string | undefined }>()(
  "@stepwright/cluster/internal/owned"
) {}
