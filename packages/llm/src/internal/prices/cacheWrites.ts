interface Price {
  readonly input: number
  readonly cacheWrite?: number
  readonly cacheWriteHour?: number
}

/** What a token costs that is written to a cache. */
export const write = ({ cacheWrite, input }: Price): number => cacheWrite ?? 1.25 * input

/** What one costs that is kept there for an hour. */
export const writeHour = ({ cacheWriteHour, input }: Price): number => cacheWriteHour ?? 2 * input
