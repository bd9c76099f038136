export { texts } from "../../src/testing/internal/texts.ts"

export const runs = (runs: number) => ({ arbitrary: { runs } })
