/** A change of core that breaks one of its laws, and the tests that must notice. */
export interface Mutant {
  /** What is wrong with it: `a test notices that …`. */
  readonly name: string
  /** Below `packages/core/src`. */
  readonly file: string
  /** Texts that the file has once each, and what stands in their place. */
  readonly change: ReadonlyArray<readonly [find: string, replace: string]>
  readonly killedBy: string
}

export const core = (name: string) => `packages/core/test/${name}.test.ts`
