/** What flex and batch processing cost, of what the standard tier does, by both providers' pages. */
const [flex, batch] = [0.5, 0.5]

/** What prompts cost of OpenAI's models whose context is a million tokens, by the page of each. */
const longPrompts = { above: 272_000, input: 2, output: 1.5 }

/**
 * List prices of 5 August 2026, as the providers' pages gave them; read at second hand, and of a few models only.
 * Cache writes are free at OpenAI before gpt-5.6; priority is that of its page of priority processing, where it is there.
 */
export const pricesSnapshot = {
  date: "2026-08-05",
  models: {
    "gpt-5.6-terra": { input: 2, cachedInput: 0.2, output: 12, longPrompts, tiers: { flex, batch, priority: 2 } },
    "gpt-5.6-luna": { input: 0.2, cachedInput: 0.02, output: 1.2, longPrompts, tiers: { flex, batch, priority: 2 } },
    "gpt-5.5": {
      input: 5,
      cachedInput: 0.5,
      cacheWrite: 5,
      output: 30,
      longPrompts,
      tiers: { flex, batch, priority: 2.5 }
    },
    "gpt-5.4": {
      input: 2.5,
      cachedInput: 0.25,
      cacheWrite: 2.5,
      output: 15,
      longPrompts,
      tiers: { flex, batch, priority: 2 }
    },
    "gpt-5.4-mini": {
      input: 0.75,
      cachedInput: 0.075,
      cacheWrite: 0.75,
      output: 4.5,
      tiers: { flex, batch, priority: 2 }
    },
    "gpt-5.4-nano": { input: 0.2, cachedInput: 0.02, cacheWrite: 0.2, output: 1.25, tiers: { flex, batch } },
    "gpt-5.2": { input: 1.75, cachedInput: 0.175, cacheWrite: 1.75, output: 14, tiers: { flex, batch, priority: 2 } },
    "gpt-5.1": { input: 1.25, cachedInput: 0.125, cacheWrite: 1.25, output: 10, tiers: { flex, batch, priority: 2 } },
    "gpt-5": { input: 1.25, cachedInput: 0.125, cacheWrite: 1.25, output: 10, tiers: { flex, batch, priority: 2 } },
    "gpt-5-mini": {
      input: 0.25,
      cachedInput: 0.025,
      cacheWrite: 0.25,
      output: 2,
      tiers: { flex, batch, priority: 1.8 }
    },
    "gpt-5-nano": { input: 0.05, cachedInput: 0.005, cacheWrite: 0.05, output: 0.4, tiers: { flex, batch } },
    "gpt-4.1": { input: 2, cachedInput: 0.5, cacheWrite: 2, output: 8, tiers: { batch, priority: 1.75 } },
    "gpt-4.1-mini": { input: 0.4, cachedInput: 0.1, cacheWrite: 0.4, output: 1.6, tiers: { batch } },
    "gpt-4.1-nano": { input: 0.1, cachedInput: 0.025, cacheWrite: 0.1, output: 0.4, tiers: { batch } },
    "gpt-4o": { input: 2.5, cachedInput: 1.25, cacheWrite: 2.5, output: 10, tiers: { batch } },
    "gpt-4o-mini": { input: 0.15, cachedInput: 0.075, cacheWrite: 0.15, output: 0.6, tiers: { batch } },
    o3: { input: 2, cachedInput: 0.5, cacheWrite: 2, output: 8, tiers: { flex, batch } },
    "o4-mini": { input: 1.1, cachedInput: 0.275, cacheWrite: 1.1, output: 4.4, tiers: { flex, batch } },
    "claude-opus-5": { input: 5, cachedInput: 0.5, output: 25, tiers: { batch } },
    "claude-opus-4-8": { input: 5, cachedInput: 0.5, output: 25, tiers: { batch } },
    "claude-opus-4-6": { input: 5, cachedInput: 0.5, output: 25, tiers: { batch } },
    "claude-sonnet-5": { input: 2, cachedInput: 0.2, output: 10, tiers: { batch } },
    "claude-sonnet-4-6": { input: 3, cachedInput: 0.3, output: 15, tiers: { batch } },
    "claude-haiku-4-5": { input: 1, cachedInput: 0.1, output: 5, tiers: { batch } }
  }
}
