/** The output limit of requests that have none, as the API needs one. **Units** tokens */
export const maxOutputTokens = 16_000
