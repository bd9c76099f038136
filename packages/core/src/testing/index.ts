export * as Fixtures from "./Fixtures.ts"
export * as JournalConformance from "./JournalConformance.ts"
export * as TestCase from "./TestCase.ts"
