/** The hole of a prompt that a step fills with its parser's instructions; without it they follow the prompt. */
export const formatHole = "outputFormat"
