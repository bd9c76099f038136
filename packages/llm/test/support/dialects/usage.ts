import type { Usage } from "@stepwright/core/Usage"
import { issue } from "./errors.ts"

/** What a server says of tokens, and what it means: input with all that is cached, output with all that is thought. */
export interface UsageDialect {
  readonly server: string
  readonly source?: string
  readonly said: object
  readonly want: Usage
}

const said = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }
const want = { input: 11, output: 7 }

export const usages: ReadonlyArray<UsageDialect> = [
  {
    server: "xAI, thoughts beside the output",
    source: issue("vercel/ai/pull/12425"),
    said: {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 94 }
    },
    want: { input: 32, output: 103, reasoning: 94 }
  },
  {
    server: "xAI, cached input too",
    source: issue("Wei-Shaw/sub2api/issues/5771"),
    said: {
      prompt_tokens: 10120,
      completion_tokens: 1499,
      total_tokens: 14428,
      prompt_tokens_details: { cached_tokens: 128 },
      completion_tokens_details: { reasoning_tokens: 2809 }
    },
    want: { input: 10120, cachedInput: 128, output: 4308, reasoning: 2809 }
  },
  {
    server: "Gemini, thoughts in the total only",
    source: issue("softwaremill/sttp-ai/issues/338"),
    said: { prompt_tokens: 138, completion_tokens: 24, total_tokens: 448 },
    want: { input: 138, output: 310 }
  },
  {
    server: "OpenAI, thoughts within the output",
    said: { ...said, completion_tokens_details: { reasoning_tokens: 5 } },
    want: { ...want, reasoning: 5 }
  },
  {
    server: "a total that is too small",
    said: { ...said, total_tokens: 7 },
    want
  },
  {
    server: "DeepSeek",
    source: "https://api-docs.deepseek.com/guides/kv_cache",
    said: { ...said, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 3 },
    want: { ...want, cachedInput: 8 }
  },
  {
    server: "Moonshot",
    source: issue("Bike4Mind/bike4mind/pull/1089"),
    said: { ...said, cached_tokens: 8 },
    want: { ...want, cachedInput: 8 }
  },
  {
    server: "LiteLLM before Anthropic",
    said: { ...said, cache_read_input_tokens: 4, cache_creation_input_tokens: 3 },
    want: { ...want, cachedInput: 4, cacheWrite: 3 }
  },
  {
    server: "a gateway that counts cached input apart",
    said: { ...said, total_tokens: 58, cache_read_input_tokens: 30, cache_creation_input_tokens: 10 },
    want: { input: 51, cachedInput: 30, cacheWrite: 10, output: 7 }
  },
  { server: "the names of other APIs", said: { input_tokens: 11, output_tokens: 7 }, want },
  {
    server: "zeros where nothing is known",
    said: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    want: {}
  },
  {
    server: "Ollama, a prompt that it had read before",
    said: { prompt_tokens: 0, completion_tokens: 7, total_tokens: 7 },
    want: { output: 7 }
  },
  { server: "half a token", said: { prompt_tokens: 11, completion_tokens: 7.5 }, want: { input: 11 } }
]
