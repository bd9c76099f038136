/** Whether a text may be the id of a run, which is the name of its folder. */
export const isRunId = (text: string): boolean => /^[A-Za-z0-9][\w.-]{0,127}$/.test(text)

export const runIdRule = "an id has letters, digits, . _ and - only"
